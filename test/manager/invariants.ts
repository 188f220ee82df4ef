import { isDeepStrictEqual } from 'node:util'
import type { Call } from '../fakes/akeyless/calls.ts'
import { type AuditedRequest, isWrite } from './audit-log.ts'
import type { SecretRevision } from './secret-history.ts'
import type { Seen } from './world.ts'

/** What the API server and the provider recorded of managers at work; what a test does not give is not looked at. */
export interface History {
  /** Every state of every Secret in question, in order. */
  readonly secrets?: readonly SecretRevision[]
  /** What the provider could have given for a Secret at any time, each set complete, and the items that hold it. */
  readonly given?: (revision: SecretRevision) => {
    readonly values: readonly Readonly<Record<string, string>>[]
    readonly items: readonly string[]
  }
  /** The record of the stand-in. */
  readonly calls?: readonly Call[]
  /** Requests of each process by its own account. */
  readonly requests?: ReadonlyMap<string, readonly AuditedRequest[]>
  /** Namespaces that a process may touch an object of by name. */
  readonly namespaces?: ReadonlySet<string>
  /** Times in which nothing happened that called for a write. */
  readonly idle?: readonly { readonly fromMs: number; readonly toMs: number }[]
  /** Whether these processes elected a leader among them. */
  readonly elected?: boolean
  /** Everything that was shown to anybody, by its place. */
  readonly shown?: Readonly<Record<string, string>>
  readonly canaries?: readonly string[]
  /** Objects that should be at rest, some time after the last fault. */
  readonly objects?: readonly Seen[]
  /** How often an item may be read: its time under observation, its interval, and a factor for retries and starts. */
  readonly reads?: { readonly items: readonly string[]; readonly most: number }
}

type Invariant = (history: History) => readonly string[]

/**
 * The invariants of the research on operations, 2.3, by their numbers: what was broken, in words; empty when all hold.
 * I4 speaks of signing and waits for the issuer half.
 */
export function violations(history: History): readonly string[] {
  return Object.entries(invariants).flatMap(([name, look]) => look(history).map((it) => `${name}: ${it}`))
}

const invariants: Readonly<Record<string, Invariant>> = {
  'I1 complete answers': incompleteSecrets,
  'I2 idle': writesWhileIdle,
  'I3 one leader': writesOutOfTerm,
  'I5 own namespaces': foreignNames,
  'I6 canaries': shownCanaries,
  'I7 at rest': restless,
  'I8 reads': readsTooMany,
}

/** A Secret holds a whole set of values, and each of its items was answered before it was written. */
function incompleteSecrets({ secrets = [], given, calls = [] }: History): readonly string[] {
  if (given === undefined) return []
  return secrets
    .filter((it) => it.type !== 'DELETED')
    .flatMap((revision) => {
      const { values, items } = given(revision)
      const what = `${revision.namespace}/${revision.name}@${revision.resourceVersion}`
      const isWhole = values.some((it) => isDeepStrictEqual(it, revision.data))
      const unanswered = items.filter((it) => !wasAnswered(it, revision.atMs, calls))
      return [
        ...(isWhole ? [] : [`${what} holds what the provider never gave together`]),
        ...unanswered.map((it) => `${what} was written although ${it} was not answered`),
      ]
    })
}

function wasAnswered(item: string, beforeMs: number, calls: readonly Call[]): boolean {
  return calls.some(
    ({ path, names, status, time, fault }) =>
      path.endsWith('-value') &&
      status === 200 &&
      fault === undefined &&
      names.includes(item) &&
      time.getTime() <= beforeMs,
  )
}

function writesWhileIdle({ requests = new Map(), idle = [] }: History): readonly string[] {
  return [...requests].flatMap(([who, made]) =>
    idle.flatMap(({ fromMs, toMs }) =>
      made
        .filter((it) => isLasting(it) && it.atMs >= fromMs && it.atMs <= toMs)
        .map((it) => `${who} wrote although nothing happened: ${wordsOf(it)}`),
    ),
  )
}

/** Leases are renewed, tokens requested and reviewed however quiet it is: neither changes an object of a user. */
function isLasting(request: AuditedRequest): boolean {
  return isWrite(request) && !/^(leases|serviceaccounts\/token|tokenreviews)$/.test(request.resource)
}

/** A term is that of the process which last wrote the Lease; nobody else may have anything written in it. */
function writesOutOfTerm({ requests = new Map(), elected = false }: History): readonly string[] {
  if (!elected) return []
  const all = [...requests]
    .flatMap(([who, made]) => made.map((request) => ({ who, request })))
    .filter(({ request }) => isWrite(request) && request.status < 300)
    .toSorted((a, b) => a.request.atMs - b.request.atMs)
  const broken: string[] = []
  let holder: string | undefined
  for (const { who, request } of all) {
    if (request.resource === 'leases') holder = who
    else if (isLasting(request) && who !== holder)
      broken.push(`${who} wrote in the term of ${holder}: ${wordsOf(request)}`)
  }
  return broken
}

function foreignNames({ requests = new Map(), namespaces }: History): readonly string[] {
  if (namespaces === undefined) return []
  return [...requests].flatMap(([who, made]) =>
    made
      .filter((it) => it.name !== undefined && it.namespace !== undefined && !namespaces.has(it.namespace))
      .map((it) => `${who} went to a namespace that is not its own: ${wordsOf(it)}`),
  )
}

function shownCanaries({ shown = {}, canaries = [] }: History): readonly string[] {
  return Object.entries(shown).flatMap(([place, text]) =>
    canaries
      .filter((it) => text.includes(it) || text.includes(Buffer.from(it).toString('base64')))
      .map((_, index) => `${place} shows canary ${index}`),
  )
}

function restless({ objects = [] }: History): readonly string[] {
  return objects
    .filter(({ metadata, status }) => {
      const conditions = status?.conditions ?? []
      const isFinal = conditions.some((it) => /^(Ready|Stalled)$/.test(it.type) && it.status === 'True')
      return !isFinal || status?.observedGeneration !== metadata.generation
    })
    .map((it) => `${it.metadata.namespace}/${it.metadata.name} is neither Ready nor Stalled`)
}

function readsTooMany({ calls = [], reads }: History): readonly string[] {
  if (reads === undefined) return []
  const { items, most } = reads
  return items.flatMap((item) => {
    const count = calls.filter((it) => it.path.endsWith('-value') && it.names.includes(item)).length
    return count > most ? [`${item} was read ${count} times and not at most ${most} times`] : []
  })
}

function wordsOf({ verb, resource, namespace = '', name = '', status, atMs }: AuditedRequest): string {
  return `${verb} ${resource} ${namespace}/${name} ${status} at ${new Date(atMs).toISOString()}`
}
