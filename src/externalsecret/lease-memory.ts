import type { ObjectKey } from '../kube/object.ts'
import type { OpenedStore } from '../store/open.ts'
import type { Minted } from '../store/provider.ts'

/** What one ExternalSecret is remembered by. */
interface Remembered {
  readonly uid: string
  /** Credentials that were made and are not yet in the Secret, by id. */
  readonly pending: Map<string, Minted>
  readonly stores: Map<string, OpenedStore>
  /** A keyed digest of the values that a template renders beside those of leases. */
  beside?: string
}

/**
 * What this process remembers of leases. A credential is held from its making until the Secret holds it: a write that
 * fails would otherwise cost another one with each attempt. A store is kept so that leases can be revoked when it goes
 * together with them, as in a namespace that is deleted.
 */
export class LeaseMemory {
  readonly #objects = new Map<ObjectKey, Remembered>()

  /** What is remembered of this very object, if anything is. */
  known(key: ObjectKey, uid: string): Remembered | undefined {
    const known = this.#objects.get(key)
    return known?.uid === uid ? known : undefined
  }

  /** The same, and from now on something is. */
  of(key: ObjectKey, uid: string): Remembered {
    const known = this.known(key, uid)
    if (known !== undefined) return known
    const made: Remembered = { uid, pending: new Map(), stores: new Map() }
    this.#objects.set(key, made)
    return made
  }

  forget(key: ObjectKey): void {
    this.#objects.delete(key)
  }
}
