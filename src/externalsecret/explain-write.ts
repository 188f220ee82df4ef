import { failure } from '../api/reason.ts'
import { isForbidden, isInvalid } from '../kube/errors.ts'
import type { Failure } from '../std/failure.ts'
import type { Target } from './target.ts'

/** Turns a refusal of the API server into what a person can act on; anything else is given back as it is. */
export function explainWrite(error: unknown, target: Target): unknown {
  if (isOfGoingNamespace(error)) return error
  if (isForbidden(error)) return forbidden(target, error)
  if (isInvalid(error) && error.fields.includes('type')) return otherType(target, error)
  if (isInvalid(error)) return invalid(target, error.fields, error)
  return error
}

/** True when nothing can be made because the namespace is being deleted (cause NamespaceTerminating). */
export function isOfGoingNamespace(error: unknown): boolean {
  return isForbidden(error) && error.fields.includes('metadata.namespace')
}

function forbidden({ namespace, name }: Target, cause: unknown): Failure {
  const remedy = `grant get, list, watch, create and patch on Secrets in namespace "${namespace}", or look for a quota or an admission policy that refuses it`
  const message = `Cannot write Secret "${namespace}/${name}": the API server forbids it; ${remedy}`
  return failure('TargetRejected', message, { cause })
}

function otherType({ namespace, name, type = 'Opaque' }: Target, cause: unknown): Failure {
  const remedy = 'delete it to have it made anew, or choose another spec.target.name'
  const message = `Cannot write Secret "${namespace}/${name}": it exists with another type than ${type}, and the type of a Secret cannot change; ${remedy}`
  return failure('TargetImmutable', message, { cause })
}

function invalid({ namespace, name }: Target, fields: readonly string[], cause: unknown): Failure {
  const title = `Secret "${namespace}/${name}"`
  if (fields.includes('data') || fields.includes('immutable')) {
    const message = `Cannot write ${title}: it is immutable; delete it to have it made anew`
    return failure('TargetImmutable', message, { cause })
  }
  const what = fields.length === 0 ? 'a field' : fields.join(', ')
  return failure(
    'TargetRejected',
    `Cannot write ${title}: the API server refuses ${what}; ${remedyFor(fields)}`,
    {
      cause,
    },
  )
}

function remedyFor(fields: readonly string[]): string {
  return fields.some((it) => it.startsWith('data['))
    ? 'correct the keys in spec.data, spec.dataFrom and spec.target.template, as the type of the Secret asks for them'
    : 'correct spec.target, or look for an admission policy that refuses it'
}
