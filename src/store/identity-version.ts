import type { SecretStoreSpec } from '../api/secretstore.ts'
import { Failure } from '../std/failure.ts'
import type { References } from './provider.ts'
import { type Dependency, dependenciesIn } from './wake.ts'

/**
 * Another text whenever a store may log in as somebody else than before: its credentials are other ones, or its
 * ServiceAccount was made anew or annotated otherwise. From caches, without a request; holds no credential.
 */
export function identityVersion(spec: SecretStoreSpec, references: References): string {
  return dependenciesIn(spec)
    .map((it) => versionOf(it, references))
    .join(' ')
}

function versionOf(dependency: Dependency, references: References): string {
  try {
    return foundVersionOf(dependency, references)
  } catch (error) {
    if (error instanceof Failure) return 'absent'
    throw error
  }
}

function foundVersionOf({ kind, name, namespace }: Dependency, references: References): string {
  if (kind === 'ServiceAccount') {
    const { uid, annotations = {} } = references.serviceAccount({ name, namespace }, kind)
    return `${uid} ${JSON.stringify(Object.entries(annotations).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`
  }
  // A ConfigMap holds a CA: whom it makes the store trust is nobody to log in as.
  if (kind === 'ConfigMap') return ''
  const { uid, resourceVersion } = references.secretVersion({ name, namespace }, kind)
  return `${uid}/${resourceVersion}`
}
