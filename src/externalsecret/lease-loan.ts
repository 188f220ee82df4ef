import type { Minted } from '../store/provider.ts'
import type { Data } from './data-of.ts'
import type { LeaseEvidence } from './lease-evidence.ts'
import type { Issued } from './lease-record.ts'
import type { WantedItem } from './wanted.ts'

/** What dynamic entries of a spec became. */
export type Lent = ReadonlyMap<WantedItem, Data>

/** A lease for the entries of one item, in one sync. */
export interface Loan {
  readonly entries: readonly WantedItem[]
  readonly lease: Issued
  /** Absent when the Secret still holds what came from the lease. */
  readonly minted?: Minted
  /** The keys of the Secret that came from it. */
  readonly keys: readonly string[]
  /** Another entry has a key of it in the end. */
  readonly isShadowed?: boolean
}

/** The same before it is known who asks. */
export type Found = Omit<Loan, 'entries'>

/** The data of each entry: of a new credential what it takes from it, else what the Secret holds. */
export async function dataOfLoans(
  loans: readonly Loan[],
  evidence: LeaseEvidence | undefined,
): Promise<Lent> {
  const lent = new Map<WantedItem, Data>()
  for (const loan of loans)
    for (const entry of loan.entries) lent.set(entry, await dataFor(entry, loan, evidence))
  return lent
}

const ofTheLease = /^(id|ttl_in_minutes)$/

/** A key of spec.data stands where its entry stands; the others where the item is extracted last. */
async function dataFor(
  entry: WantedItem,
  { minted, keys, entries }: Loan,
  evidence: LeaseEvidence | undefined,
): Promise<Data> {
  if (minted !== undefined) {
    const { text } = ofTheLease.test(entry.property) ? minted.whole : minted.value
    return entry.take(text.reveal())
  }
  const single = entries.flatMap(({ entry: it }) => ('secretKey' in it ? [it.secretKey] : []))
  if ('secretKey' in entry.entry) {
    const { secretKey } = entry.entry
    return evidence?.dataOf(keys.filter((it) => it === secretKey)) ?? []
  }
  const isLast = entries.findLast((it) => !('secretKey' in it.entry)) === entry
  return isLast ? (evidence?.dataOf(keys.filter((it) => !single.includes(it))) ?? []) : []
}
