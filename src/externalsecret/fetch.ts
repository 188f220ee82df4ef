import type { ExternalSecretSpec } from '../api/externalsecret.ts'
import { Failure } from '../std/failure.ts'
import type { Redacted } from '../std/redacted.ts'
import type { OpenedStore } from '../store/open.ts'
import type { ItemOutcome, ReadOptions } from '../store/provider.ts'
import { ProvenMissing } from './absences.ts'
import type { Data } from './data-of.ts'
import type { Lender } from './lease-lend.ts'
import type { Rewriter } from './rewrite.ts'
import type { SpecStores } from './spec-stores.ts'
import { type Wanted, type WantedFind, type WantedItem, wantedOf } from './wanted.ts'

/** The values an ExternalSecret asks for, later entries winning over earlier ones: dataFrom first, then data. */
export type Values = Map<string, Redacted<Uint8Array>>

/**
 * Reads everything a spec asks for, in one call of each store and one for each find. All or nothing: throws the first
 * failure in the order of the spec, one a person must mend before one that may pass, and says how many others there are.
 * `tellEmpty` hears of each find that found nothing.
 */
export async function fetchValues(
  spec: ExternalSecretSpec,
  stores: Pick<SpecStores, 'of'>,
  options: ReadOptions,
  rewrite: Rewriter,
  { tellEmpty = () => {}, lender }: Hearers = {},
): Promise<Values> {
  const wanted = wantedOf(spec, stores, rewrite)
  const answers = await answersTo(wanted, options, tellEmpty)
  // Nothing is made for a spec that fails all the same.
  for (const it of lender === undefined ? [] : answers.dynamic) answers.found.delete(it)
  const found = await collect(wanted, answers.found)
  const beside = () => ({ versions: answers.versions(), values: bytesOf(found) })
  for (const [it, data] of (await lender?.lend(answers.dynamic, beside)) ?? []) found.set(it, data)
  return joined(wanted, found, lender)
}

/** Who is told of what is found on the way. */
export interface Hearers {
  readonly tellEmpty?: TellEmpty
  /** Absent: dynamic items fail as the provider says. */
  readonly lender?: Pick<Lender, 'lend' | 'settle'>
}

/** Later entries win; the lender hears which ones did. */
function joined(
  wanted: readonly Wanted[],
  found: ReadonlyMap<Wanted, Data>,
  lender: Hearers['lender'],
): Values {
  const values: Values = new Map()
  const sources = new Map<string, Wanted>()
  for (const it of wanted) {
    for (const [key, value] of found.get(it) ?? []) {
      values.set(key, value)
      sources.set(key, it)
    }
  }
  lender?.settle(sources)
  return values
}

function bytesOf(found: ReadonlyMap<Wanted, Data>): (readonly [string, Uint8Array])[] {
  return [...found.values()].flatMap((data) => data.map(([key, value]) => [key, value.reveal()] as const))
}

/** Hears the path of a find that found nothing. */
export type TellEmpty = (path: string) => void

/** What became of an entry: its data, or why there is none. */
type Answer = () => Data | Promise<Data>

interface Heard {
  readonly found: Map<Wanted, Answer>
  /** What an entry is at, where the provider tells. */
  readonly told: Map<Wanted, unknown>
}

/** What came of asking. */
interface Answers {
  readonly found: Map<Wanted, Answer>
  /** Those that have no value before one is made for them. */
  readonly dynamic: WantedItem[]
  /** What all the others are at, where the provider tells. */
  readonly versions: () => unknown[]
}

/** Asks all stores at once. A store that cannot be asked at all fails for the first of its entries alone. */
async function answersTo(
  wanted: readonly Wanted[],
  options: ReadOptions,
  tellEmpty: TellEmpty,
): Promise<Answers> {
  const found = new Map<Wanted, Answer>()
  const told = new Map<Wanted, unknown>()
  const dynamic = new Set<WantedItem>()
  const items = wanted.filter((it) => it.kind === 'item')
  const finds = wanted.filter((it) => it.kind === 'find')
  const byStore = Map.groupBy(items, (it) => it.store)
  await Promise.all([
    ...[...byStore].map(([store, those]) => readItems(store, those, options, { found, told, dynamic })),
    ...finds.map((it) => readFind(it, options, { found, told }, tellEmpty)),
  ])
  return {
    found,
    dynamic: items.filter((it) => dynamic.has(it)),
    versions: () => wanted.map((it) => told.get(it) ?? ''),
  }
}

async function readItems(
  { provider }: OpenedStore,
  wanted: readonly WantedItem[],
  options: ReadOptions,
  { found, told, dynamic }: Heard & { readonly dynamic: Set<WantedItem> },
): Promise<void> {
  const requests = wanted.map((it) => it.request)
  try {
    const outcomes = await provider.read(requests, options)
    for (const [index, it] of wanted.entries()) {
      const outcome = outcomes[index]
      if (outcome?.ok === false && outcome.mints === true) dynamic.add(it)
      if (outcome?.ok === true) told.set(it, outcome.value.version)
      found.set(it, () => it.take(textOf(outcome)))
    }
  } catch (error) {
    for (const it of wanted.slice(0, 1)) found.set(it, failing(error))
  }
}

async function readFind(
  wanted: WantedFind,
  options: ReadOptions,
  { found, told }: Heard,
  tellEmpty: TellEmpty,
): Promise<void> {
  try {
    const items = await wanted.store.provider.find(wanted.request, options)
    if (items.length === 0) tellEmpty(wanted.path)
    told.set(
      wanted,
      items.map(({ key, value }) => [key, value.version ?? '']),
    )
    found.set(wanted, () => wanted.take(items))
  } catch (error) {
    found.set(wanted, failing(error))
  }
}

function failing(error: unknown): Answer {
  return () => {
    throw error
  }
}

function textOf(outcome: ItemOutcome | undefined): string {
  if (outcome === undefined) throw new Error('the provider gave fewer outcomes than there were requests')
  if (!outcome.ok) throw outcome.failure
  return outcome.value.text.reveal()
}

async function collect(
  wanted: readonly Wanted[],
  answers: ReadonlyMap<Wanted, Answer>,
): Promise<Map<Wanted, Data>> {
  const found = new Map<Wanted, Data>()
  const failures: Failure[] = []
  for (const it of wanted) {
    try {
      const data = await answers.get(it)?.()
      if (data !== undefined) found.set(it, data)
    } catch (error) {
      if (error instanceof ProvenMissing) continue
      if (!(error instanceof Failure)) throw error
      failures.push(error)
    }
  }
  const [first] = failures
  if (first === undefined) return found
  throw withRest(failures.find((it) => it.userMustAct) ?? first, failures.length - 1)
}

function withRest(worst: Failure, rest: number): Failure {
  if (rest === 0) return worst
  return worst.with({
    message: `${worst.message} (and ${rest} more ${rest === 1 ? 'item fails' : 'items fail'})`,
  })
}
