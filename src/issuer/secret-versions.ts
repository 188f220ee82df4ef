import { type KubeObject, keyOf, type ObjectRef } from '../kube/object.ts'

interface Written {
  readonly before: string
  readonly after: string | undefined
}

/**
 * The versions of Secrets as issuers count them. What an issuer itself saved (a rotated refresh token) is no new
 * configuration: opened anew at each of its own writes, it would rotate the token for ever.
 */
export class SecretVersions {
  readonly #written = new Map<string, Written>()

  /** A word that changes when somebody else changed the Secret. */
  of(at: ObjectRef, { metadata }: KubeObject): string {
    const written = this.#written.get(keyOf(at))
    if (written !== undefined && written.after === metadata.resourceVersion) return written.before
    return `${metadata.uid ?? ''} ${metadata.resourceVersion ?? ''}`
  }

  /** Told of an own write: the Secret just before it, and as it is now. */
  wrote(at: ObjectRef, before: KubeObject, after: KubeObject): void {
    this.#written.set(keyOf(at), { before: this.of(at, before), after: after.metadata.resourceVersion })
  }
}
