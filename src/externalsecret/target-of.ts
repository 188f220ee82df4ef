import type { ExternalSecret } from '../api/externalsecret.ts'
import { type KubeObject, keyOf, type ObjectKey } from '../kube/object.ts'
import { creationPolicyOf } from './policies.ts'
import type { Target } from './target.ts'
import type { Shape } from './target-shape.ts'

const adoptAnnotation = 'keyferry.io/adopt'

/** The name of the Secret an ExternalSecret writes: its own where it names none. Takes a raw object of any shape. */
export function targetNameOf(object: Partial<Pick<ExternalSecret, 'spec'>> & KubeObject): string {
  const name: unknown = object.spec?.target?.name
  return typeof name === 'string' && name !== '' ? name : object.metadata.name
}

/** The Secret of an ExternalSecret, as caches name it. */
export function targetKeyOf(object: ExternalSecret): ObjectKey {
  return keyOf({ namespace: object.metadata.namespace, name: targetNameOf(object) })
}

/** The Secret an ExternalSecret asks for, once it is known what it is to hold. */
export function targetOf(object: ExternalSecret, shape: Shape): Target {
  const { metadata } = object
  return {
    namespace: metadata.namespace ?? '',
    name: targetNameOf(object),
    owner: {
      apiVersion: 'external-secrets.io/v1',
      name: metadata.name,
      uid: metadata.uid ?? '',
      generation: metadata.generation ?? 0,
      mayAdopt: metadata.annotations?.[adoptAnnotation] === 'true',
    },
    ...policyOf(object),
    ...shape,
  }
}

function policyOf(object: ExternalSecret): Pick<Target, 'policy' | 'immutable'> {
  const policy = creationPolicyOf(object)
  const immutable = object.spec.target?.immutable === true
  return { ...(policy !== 'None' && { policy }), ...(immutable && { immutable }) }
}
