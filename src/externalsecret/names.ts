import { hash } from 'node:crypto'

const longestManagerName = 128

/** What the field managers of all ExternalSecrets begin with. */
export const externalSecretManagerPrefix = 'keyferry.io/externalsecret/'

/** The field manager under which an ExternalSecret's target is applied: one each, so that ownership tells them apart. */
export function fieldManagerOf(name: string): string {
  const plain = `${externalSecretManagerPrefix}${name}`
  if (plain.length <= longestManagerName) return plain
  return `${externalSecretManagerPrefix}sha256/${sha256(name).slice(0, 40)}`
}

/** The field manager that ESO writes the target of this ExternalSecret under. */
export function esoFieldManagersOf(name: string): readonly string[] {
  const prefix = 'externalsecrets.external-secrets.io/'
  const digest = hash('sha3-224', name)
  return [`${prefix}${name}`, `${prefix}sha3/${digest}`]
}

/** The value of ESO's label `created-by` for an ExternalSecret: SHA3-224 of `namespace/name`, in hex. */
export function createdBy(namespace: string, name: string): string {
  return hash('sha3-224', `${namespace}/${name}`)
}

/** The annotation that holds the digest of the keys that an ExternalSecret merged into a Secret. */
export function keysAnnotationOf(name: string): string {
  return `${mergedKeysPrefix}${sha256(name).slice(0, 16)}`
}

export const mergedKeysPrefix = 'keyferry.io/data-keys-of.'

/** The annotation by which a Secret says which of its keys came from which lease of an ExternalSecret. */
export function leaseMarkOf(name: string): string {
  return `${leaseMarkPrefix}${sha256(name).slice(0, 16)}`
}

export const leaseMarkPrefix = 'keyferry.io/leases-of.'

/** A digest of key names, which are no secret: it tells that a key was taken away from a Secret. */
export function keysDigest(keys: Iterable<string>): string {
  return sha256([...keys].toSorted().join('\n')).slice(0, 16)
}

function sha256(text: string): string {
  return hash('sha256', text)
}
