import type { ExternalSecret } from '../api/externalsecret.ts'
import type { Lease } from '../api/externalsecret-status.ts'
import type { Fields } from './fields.ts'
import { claim, holdsFinalizer, unclaim } from './lease-claim.ts'
import { itemKeyOf, type LeasedItem } from './lease-record.ts'
import type { Ports } from './ports.ts'

/** What else a run puts on record before it acts. */
interface Beside {
  readonly pendingRestart?: string | undefined
}

interface Writing {
  readonly client: Ports['client']
  readonly signal: AbortSignal
  checkpoint(fields: Fields): Promise<void>
}

/**
 * The leases of one ExternalSecret in one run, as its status has them or is to have them. Before anything is written
 * the API server is asked once whether it knows the same: what another leader recorded is not to be lost.
 */
export class LeaseLedger {
  readonly #object: ExternalSecret
  readonly #writing: Writing
  #leases: readonly Lease[]
  /** What the status says. */
  #recorded: readonly Lease[]
  #beside: Beside = {}
  #isClaimed = false

  constructor(object: ExternalSecret, writing: Writing) {
    this.#object = object
    this.#writing = writing
    this.#leases = object.status?.leases ?? []
    this.#recorded = this.#leases
  }

  get all(): readonly Lease[] {
    return this.#leases
  }

  /** Those of one item. */
  of(item: LeasedItem): readonly Lease[] {
    return this.#leases.filter((it) => itemKeyOf(it) === itemKeyOf(item))
  }

  add(lease: Lease): void {
    this.#leases = [...this.#leases, lease]
  }

  replace(old: Lease, now: Lease): void {
    this.#leases = this.#leases.map((it) => (it === old ? now : it))
  }

  drop(lease: Lease): void {
    this.#leases = this.#leases.filter((it) => it !== lease)
  }

  /** Makes sure of the finalizer, and that nobody recorded other leases. Throws PastShown. */
  async claim(): Promise<void> {
    if (this.#isClaimed) return
    await claim(this.#object, this.#recorded, this.#writing)
    this.#isClaimed = true
  }

  /** Puts on record what has changed; the rest of the status stays. */
  async save(): Promise<void> {
    if (this.#leases === this.#recorded) return
    await this.claim()
    await this.#write()
  }

  /** Puts it on record now, and keeps it there whatever of this run is recorded later. */
  async saveWith(beside: Beside): Promise<void> {
    this.#beside = beside
    if (this.#leases.length > 0) await this.claim()
    await this.#write()
  }

  async #write(): Promise<void> {
    const { pendingRestart, ...stated } = { ...statedFields(this.#object), ...this.#beside }
    const pending = pendingRestart === undefined ? {} : { pendingRestart }
    await this.#writing.checkpoint({ ...stated, ...pending, ...this.fields() })
    this.#recorded = this.#leases
  }

  /** For the final status. */
  fields(): Pick<Fields, 'leases'> {
    return this.#leases.length === 0 ? {} : { leases: this.#leases }
  }

  /** Takes the finalizer off where nothing is left that it is for. */
  async release(): Promise<void> {
    if (this.#leases.length > 0 || !(this.#isClaimed || holdsFinalizer(this.#object))) return
    await this.save()
    await unclaim(this.#object, this.#writing)
  }
}

/** What the status says beside its leases and what the shell says of every object. */
export function statedFields({ status = {} }: Pick<ExternalSecret, 'status'>): Omit<Fields, 'leases'> {
  const { conditions: _, observedGeneration: __, leases: ___, refreshTime, binding, ...fields } = status
  return {
    ...fields,
    ...(typeof refreshTime === 'string' && { refreshTime }),
    ...(binding?.name !== undefined && { binding: { name: binding.name } }),
  }
}
