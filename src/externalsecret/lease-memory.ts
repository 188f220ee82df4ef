import type { Lease } from '../api/externalsecret-status.ts'
import type { ObjectKey, ObjectMeta } from '../kube/object.ts'
import { PerObject } from '../runtime/per-object.ts'
import type { OpenedStore } from '../store/open.ts'
import type { Minted } from '../store/provider.ts'
import { type Issued, isOver, itemKeyOf } from './lease-record.ts'

/** A credential that was made, and its lease as it is to be on record. */
export interface Fresh {
  readonly lease: Issued
  readonly minted: Minted
}

/** What one ExternalSecret is remembered by. */
interface Remembered {
  /** Credentials that were made and are not yet in the Secret, by id. */
  readonly pending: Map<string, Fresh>
  /** Leases that were extended, by id, as they are to be on record. */
  readonly extended: Map<string, Issued>
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
  readonly #objects = new PerObject<Remembered>()

  /** What is remembered of this very object, if anything is. */
  known(owner: ObjectMeta): Remembered | undefined {
    return this.#objects.get(owner)
  }

  /** The same, and from now on something is. */
  of(owner: ObjectMeta): Remembered {
    return this.#objects.of(owner, () => ({ pending: new Map(), extended: new Map(), stores: new Map() }))
  }

  /** The lease of a mint whose answer came, though no more than that it was asked for is on record. */
  answered(owner: ObjectMeta, { mintedAt, ...item }: Lease): Issued | undefined {
    const made = [...(this.known(owner)?.pending.values() ?? [])].map(({ lease }) => lease)
    return made.find((it) => it.mintedAt === mintedAt && itemKeyOf(it) === itemKeyOf(item))
  }

  /** A lease with the end that it has, though the write of that to the record may have failed. */
  withEnd(owner: ObjectMeta, lease: Issued): Issued {
    const { expiresAt } = this.known(owner)?.extended.get(lease.id) ?? lease
    return Date.parse(expiresAt) > Date.parse(lease.expiresAt) ? { ...lease, expiresAt } : lease
  }

  /** Lets go of what is over: a Secret that cannot be written would gather a credential with each of their lives. */
  dropOver(owner: ObjectMeta, nowMs: number): void {
    const known = this.known(owner)
    for (const [id, { lease }] of known?.pending ?? []) if (isOver(lease, nowMs)) known?.pending.delete(id)
    for (const [id, lease] of known?.extended ?? []) if (isOver(lease, nowMs)) known?.extended.delete(id)
  }

  forget(key: ObjectKey): void {
    this.#objects.forget(key)
  }
}
