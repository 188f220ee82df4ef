import type { ExternalSecretSpec } from '../api/externalsecret.ts'
import { Failure } from '../std/failure.ts'
import type { Redacted } from '../std/redacted.ts'
import type { OpenedStore } from '../store/open.ts'
import type { ItemOutcome, ReadOptions } from '../store/provider.ts'
import { ProvenMissing } from './absences.ts'
import type { Data } from './data-of.ts'
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
  tellEmpty: TellEmpty = () => {},
): Promise<Values> {
  const wanted = wantedOf(spec, stores, rewrite)
  const answers = await answersTo(wanted, options, tellEmpty)
  return collect(wanted.map((it) => answers.get(it)))
}

/** Hears the path of a find that found nothing. */
export type TellEmpty = (path: string) => void

/** What became of an entry: its data, or why there is none. */
type Answer = () => Data | Promise<Data>

/** Asks all stores at once. A store that cannot be asked at all fails for the first of its entries alone. */
async function answersTo(
  wanted: readonly Wanted[],
  options: ReadOptions,
  tellEmpty: TellEmpty,
): Promise<Map<Wanted, Answer>> {
  const answers = new Map<Wanted, Answer>()
  const items = wanted.filter((it) => it.kind === 'item')
  const finds = wanted.filter((it) => it.kind === 'find')
  const byStore = Map.groupBy(items, (it) => it.store)
  await Promise.all([
    ...[...byStore].map(([store, those]) => readItems(store, those, options, answers)),
    ...finds.map((it) => readFind(it, options, answers, tellEmpty)),
  ])
  return answers
}

async function readItems(
  { provider }: OpenedStore,
  wanted: readonly WantedItem[],
  options: ReadOptions,
  answers: Map<Wanted, Answer>,
): Promise<void> {
  const requests = wanted.map((it) => it.request)
  try {
    const outcomes = await provider.read(requests, options)
    for (const [index, it] of wanted.entries()) answers.set(it, () => it.take(textOf(outcomes[index])))
  } catch (error) {
    for (const it of wanted.slice(0, 1)) answers.set(it, failing(error))
  }
}

async function readFind(
  wanted: WantedFind,
  options: ReadOptions,
  answers: Map<Wanted, Answer>,
  tellEmpty: TellEmpty,
): Promise<void> {
  try {
    const found = await wanted.store.provider.find(wanted.request, options)
    if (found.length === 0) tellEmpty(wanted.path)
    answers.set(wanted, () => wanted.take(found))
  } catch (error) {
    answers.set(wanted, failing(error))
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

async function collect(answers: readonly (Answer | undefined)[]): Promise<Values> {
  const values: Values = new Map()
  const failures: Failure[] = []
  for (const answer of answers) {
    try {
      for (const [key, value] of (await answer?.()) ?? []) values.set(key, value)
    } catch (error) {
      if (error instanceof ProvenMissing) continue
      if (!(error instanceof Failure)) throw error
      failures.push(error)
    }
  }
  const [first] = failures
  if (first === undefined) return values
  throw withRest(failures.find((it) => it.userMustAct) ?? first, failures.length - 1)
}

function withRest(worst: Failure, rest: number): Failure {
  if (rest === 0) return worst
  const { reason, userMustAct, retryAfterMs } = worst
  const message = `${worst.message} (and ${rest} more ${rest === 1 ? 'item fails' : 'items fail'})`
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
  return new Failure(reason, message, { userMustAct, ...wait, cause: worst })
}
