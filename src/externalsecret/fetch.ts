import type { ExternalSecretSpec } from '../api/externalsecret.ts'
import type { ExternalSecretDataFrom } from '../api/externalsecret-source.ts'
import { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'
import type { ItemOutcome, ItemRequest, Provider, ReadOptions } from '../store/provider.ts'
import type { Rewriter } from './rewrite.ts'
import { type Entries, entriesOf, namedEntriesOf, valueOf } from './values.ts'

/** The values an ExternalSecret asks for, later entries winning over earlier ones: dataFrom first, then data. */
export type Values = Map<string, Redacted<Uint8Array>>

/** One entry of the spec: what to ask for, and what the answer becomes. */
interface Wanted {
  readonly request: ItemRequest
  readonly path: string
  take(text: string): Entries | Promise<Entries>
}

/**
 * Reads everything a spec asks for in one call of the provider. All or nothing: throws the first failure in the order
 * of the spec, one a person must mend before one that may pass, and says how many others there are.
 */
export async function fetchValues(
  spec: ExternalSecretSpec,
  provider: Provider,
  options: ReadOptions,
  rewrite: Rewriter,
): Promise<Values> {
  const wanted = wantedOf(spec, rewrite)
  const outcomes = await provider.read(
    wanted.map((it) => it.request),
    options,
  )
  return collect(wanted, outcomes)
}

function wantedOf(spec: ExternalSecretSpec, rewrite: Rewriter): Wanted[] {
  const extracts = (spec.dataFrom ?? []).flatMap((it, index) =>
    extractsOf(it, `spec.dataFrom[${index}]`, rewrite),
  )
  const data = (spec.data ?? []).map((it, index) =>
    singleOf(it.secretKey, it.remoteRef, `spec.data[${index}].remoteRef`),
  )
  return [...extracts, ...data]
}

type RemoteRef = { key: string; property?: string | undefined; version?: string | undefined }

/** Where keys are rewritten, no character of theirs is replaced before or after: what a Secret cannot hold is an error. */
function extractsOf(entry: ExternalSecretDataFrom, at: string, rewrite: Rewriter): Wanted[] {
  const { extract: ref, rewrite: steps = [] } = entry
  if (ref === undefined) return []
  const path = `${at}.extract`
  const take = (text: string) =>
    steps.length === 0
      ? entriesOf(text, ref, path)
      : rewrite(namedEntriesOf(text, ref, path), steps, `${at}.rewrite`)
  return [{ request: requestOf(ref), path, take }]
}

function singleOf(secretKey: string, ref: RemoteRef, path: string): Wanted {
  return { request: requestOf(ref), path, take: (text) => [[secretKey, valueOf(text, ref, path)]] }
}

function requestOf(ref: RemoteRef): ItemRequest {
  return {
    key: ref.key,
    ...(ref.version === undefined || ref.version === '' ? {} : { version: ref.version }),
  }
}

async function collect(wanted: readonly Wanted[], outcomes: readonly ItemOutcome[]): Promise<Values> {
  const values: Values = new Map()
  const failures: Failure[] = []
  for (const [index, it] of wanted.entries()) {
    try {
      for (const [key, text] of await it.take(textOf(outcomes[index])))
        values.set(key, new Redacted(bytesOf(text)))
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      failures.push(error)
    }
  }
  const [first] = failures
  if (first === undefined) return values
  throw withRest(failures.find((it) => it.userMustAct) ?? first, failures.length - 1)
}

function textOf(outcome: ItemOutcome | undefined): string {
  if (outcome === undefined) throw new Error('the provider gave fewer outcomes than there were requests')
  if (!outcome.ok) throw outcome.failure
  return outcome.value.text.reveal()
}

/** Text comes as JSON strings did: UTF-8. */
function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8')
}

function withRest(worst: Failure, rest: number): Failure {
  if (rest === 0) return worst
  const { reason, userMustAct, retryAfterMs } = worst
  const message = `${worst.message} (and ${rest} more ${rest === 1 ? 'item fails' : 'items fail'})`
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs }
  return new Failure(reason, message, { userMustAct, ...wait, cause: worst })
}
