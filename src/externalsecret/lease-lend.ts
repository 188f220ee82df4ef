import { failure } from '../api/reason.ts'
import { evidenceOf, type LeaseEvidence } from './lease-evidence.ts'
import { askedOf, type Beside, besideDigest, isRendered, renderedOf } from './lease-inputs.ts'
import { endLease, isToRevoke } from './lease-keep.ts'
import { dataOfLoans, type Found, type Lent, type Loan } from './lease-loan.ts'
import { leaseDigest, markText } from './lease-mark.ts'
import { mint } from './lease-mint.ts'
import { type Issued, isIssued, itemKeyOf } from './lease-record.ts'
import { fieldManagerOf, leaseMarkOf } from './names.ts'
import { creationPolicyOf } from './policies.ts'
import { knownTargetOf, type Run } from './run.ts'
import type { Shape } from './target-shape.ts'
import type { Wanted, WantedItem } from './wanted.ts'

/** As many keys as the CRD lets the status name. */
const mostKeys = 5000

type Groups = ReadonlyMap<string, readonly WantedItem[]>

/**
 * Lends the values of dynamic items for one sync. One lease for each item: what came from a living one is taken from
 * the Secret, if it is still exactly what was written; only else a new one is made.
 */
export class Lender {
  readonly #run: Run
  #loans: readonly Loan[] = []
  #lent: Lent = new Map()
  #kept: Shape | undefined
  #hasDynamic = false
  #beside: string | undefined

  constructor(run: Run) {
    this.#run = run
  }

  /** Whether anything was asked for that has to be made first. */
  get hasDynamic(): boolean {
    return this.#hasDynamic
  }

  /** The Secret as it is, where its templates would make the same of it. */
  get kept(): Shape | undefined {
    return this.#kept
  }

  /** Throws CRDTooOld, PastShown, and the Failure of an item that cannot be minted. */
  async lend(entries: readonly WantedItem[], besideOf: () => Beside): Promise<Lent> {
    const { object, ports, leases } = this.#run
    this.#hasDynamic = entries.length > 0
    if (entries.length === 0 || creationPolicyOf(object) === 'None') return new Map()
    if (!ports.canRecordLeases()) throw crdTooOld(entries)
    await leases.claim()
    const evidence = await evidenceOf(this.#run)
    const beside = besideOf()
    const groups = Map.groupBy(entries, (it) => itemKeyOf({ store: it.storeRef, item: it.request.key }))
    this.#loans = isRendered(object)
      ? await this.#loansRendered(groups, evidence, beside)
      : await this.#loansPlain(groups, evidence)
    if (this.#kept !== undefined) return new Map()
    this.#lent = await dataOfLoans(this.#loans, evidence)
    return this.#lent
  }

  /** Hears which entry each key of the values came from in the end. */
  settle(sources: ReadonlyMap<string, Wanted>): void {
    this.#loans = this.#loans.map((loan) => {
      const entries = new Set<Wanted>(loan.entries)
      const keys = [...sources].flatMap(([key, it]) => (entries.has(it) ? [key] : []))
      const given = loan.entries.flatMap((it) => this.#lent.get(it) ?? [])
      return { ...loan, keys, isShadowed: given.some(([key]) => !keys.includes(key)) }
    })
  }

  /** The shape with the mark that says which keys came from which lease. */
  marked(shape: Shape): Shape {
    if (this.#loans.length === 0) return shape
    if (isRendered(this.#run.object))
      this.#loans = this.#loans.map((it) => ({ ...it, keys: [...shape.data.keys()] }))
    const mark = new Map(this.#loans.map(({ lease, keys }) => [leaseDigest(lease), keys] as const))
    const name = leaseMarkOf(this.#run.object.metadata.name)
    return { ...shape, annotations: { ...shape.annotations, [name]: markText(mark) } }
  }

  /**
   * The Secret was written: what it holds is kept alive from now on, and nothing else. With `isGone` there is no Secret
   * any more, and nobody who uses what it held.
   */
  async finish({ isGone = false } = {}): Promise<void> {
    const { leases, ports, object } = this.#run
    const lent = new Map(this.#loans.map((it) => [it.lease.id, it]))
    for (const lease of leases.all) {
      if (!isIssued(lease)) continue
      const loan = lent.get(lease.id)
      if (loan === undefined) leases.replace(lease, { ...lease, state: 'Expiring' })
      else
        leases.replace(lease, {
          ...lease,
          state: 'Active',
          keys: loan.keys.slice(0, mostKeys),
          madeFor: this.#madeFor(loan),
        })
    }
    ports.leaseMemory.known(object.metadata)?.pending.clear()
    if (this.#beside !== undefined) this.#memory.beside = this.#beside
    await this.#revokeUnneeded(isGone)
  }

  /** Those that nobody uses any more end now; which ones that are is on record before. */
  async #revokeUnneeded(isGone: boolean): Promise<void> {
    const { leases } = this.#run
    const unneeded = leases.all.filter(
      (it) => it.state === 'Expiring' && (isGone || isToRevoke(it, this.#run)),
    )
    if (unneeded.length === 0) return
    await leases.save()
    for (const it of unneeded) if (isIssued(it)) await endLease(it, this.#run)
  }

  get #memory() {
    const { ports, object } = this.#run
    return ports.leaseMemory.of(object.metadata)
  }

  async #loansPlain(groups: Groups, evidence: LeaseEvidence | undefined): Promise<readonly Loan[]> {
    const loans: Loan[] = []
    for (const entries of groups.values()) {
      const { own, all } = askedOf(entries, this.#run.object)
      const known = this.#pendingOf(entries, own) ?? this.#inSecret(entries, evidence, [own, all])
      loans.push({ entries, ...(known ?? (await this.#fresh(entries, own))) })
    }
    return loans
  }

  /** All or none: of a lease whose values were rendered nobody knows them any more. */
  async #loansRendered(
    groups: Groups,
    evidence: LeaseEvidence | undefined,
    beside: Beside,
  ): Promise<readonly Loan[]> {
    const madeFor = renderedOf(this.#run, beside)
    const before = this.#memory.beside
    this.#beside = besideDigest(beside)
    const isSame = before === undefined || before === this.#beside
    const living = [...groups.values()].map((entries) => {
      const found = isSame ? this.#inSecret(entries, evidence, [madeFor]) : undefined
      return found && { entries, ...found }
    })
    if (living.every((it) => it !== undefined)) {
      this.#kept = this.#keptShape(evidence)
      return living
    }
    const loans: Loan[] = []
    for (const entries of groups.values())
      loans.push({
        entries,
        ...(this.#pendingOf(entries, madeFor) ?? (await this.#fresh(entries, madeFor))),
      })
    return loans
  }

  #keptShape(evidence: LeaseEvidence | undefined): Shape | undefined {
    const finalizers = this.#run.object.spec.target?.template?.metadata?.finalizers ?? []
    return evidence && { ...evidence.shape(), finalizers }
  }

  /** One that was made before, for the same, and that no write has brought to the Secret yet. */
  #pendingOf(entries: readonly WantedItem[], madeFor: string): Found | undefined {
    for (const lease of this.#leasesOf(entries)) {
      const fresh = this.#memory.pending.get(lease.id)
      if (fresh === undefined || lease.state !== 'Recorded') continue
      const { leases } = this.#run
      const now = { ...lease, madeFor }
      leases.replace(lease, now)
      return { lease: now, minted: fresh.minted, keys: [] }
    }
    return undefined
  }

  #inSecret(
    entries: readonly WantedItem[],
    evidence: LeaseEvidence | undefined,
    madeFor: readonly string[],
  ): Found | undefined {
    for (const lease of this.#leasesOf(entries)) {
      const keys = lease.state === 'Expiring' ? undefined : evidence?.keysOf(lease)
      const isSame = lease.madeFor !== undefined && madeFor.includes(lease.madeFor)
      if (keys !== undefined && isSame && !this.#run.spent.has(lease.id)) return { lease, keys }
    }
    return undefined
  }

  async #fresh(entries: readonly WantedItem[], madeFor: string): Promise<Found> {
    const [first] = entries
    if (first === undefined) throw new Error('nobody asks for this item')
    this.#refuseImmutable()
    return { ...(await mint(first, this.#run, madeFor)), keys: [] }
  }

  /** A new credential could not be written, and each attempt would make another one. */
  #refuseImmutable(): void {
    const { object } = this.#run
    const isWritten = knownTargetOf(this.#run)?.dataKeys.has(fieldManagerOf(object.metadata.name))
    if (object.spec.target?.immutable !== true || isWritten !== true) return
    throw failure(
      'TargetImmutable',
      `Cannot bring a new credential to Secret "${object.spec.target.name ?? object.metadata.name}": it is immutable; delete it to have it made anew`,
    )
  }

  #leasesOf([first]: readonly WantedItem[]): readonly Issued[] {
    if (first === undefined) return []
    const item = { store: first.storeRef, item: first.request.key }
    return this.#run.leases.of(item).filter((it) => isIssued(it))
  }

  /** Where another entry has a key of the item, what the Secret holds depends on all of them. */
  #madeFor({ entries, lease, isShadowed = false }: Loan): string {
    const { madeFor = '' } = lease
    if (isRendered(this.#run.object)) return madeFor
    const { own, all } = askedOf(entries, this.#run.object)
    return isShadowed || madeFor === all ? all : own
  }
}

function crdTooOld([first]: readonly WantedItem[]) {
  return failure(
    'CRDTooOld',
    `Cannot read item "${first?.request.key ?? ''}": it is dynamic, and the CRD of ExternalSecret in this cluster has no status.leases to keep its lease on record; apply Keyferry's CRDs`,
  )
}
