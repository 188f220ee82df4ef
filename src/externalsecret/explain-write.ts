import { failure } from '../api/reason.ts'
import { isForbidden, isInvalid } from '../kube/errors.ts'
import type { Target } from './target.ts'

/** Turns a refusal of the API server into what a person can act on; anything else is given back as it is. */
export function explainWrite(error: unknown, target: Target): unknown {
  const title = `Secret "${target.namespace}/${target.name}"`
  if (isForbidden(error)) {
    return failure(
      'TargetRejected',
      `Cannot write ${title}: the API server forbids it; grant get, list, watch, create and patch on Secrets in namespace "${target.namespace}", or look for an admission policy that refuses it`,
      { cause: error },
    )
  }
  if (isInvalid(error)) {
    const fields = error.fields.length === 0 ? 'a field' : error.fields.join(', ')
    const immutable = error.fields.includes('data') || error.fields.includes('immutable')
    return immutable
      ? failure('TargetImmutable', `Cannot write ${title}: it is immutable; delete it to have it made anew`, {
          cause: error,
        })
      : failure(
          'TargetRejected',
          `Cannot write ${title}: the API server refuses ${fields}; correct spec.target`,
          {
            cause: error,
          },
        )
  }
  return error
}
