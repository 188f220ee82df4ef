import { Counter, Gauge, type MetricObjectWithValues, type MetricValue, type Registry } from 'prom-client'
import { type Condition, type ObjectKey, refOf } from '../kube/object.ts'

/** What is known of one object, kept small: ten thousand of these are ordinary. */
export interface ObjectRecord {
  calls: number
  errors: number
  lastSuccessMs: number | undefined
  nextMs: number | undefined
  tookMs: number | undefined
  conditions: readonly ShownCondition[]
}

/** The part of a condition that series show. */
type ShownCondition = Pick<Condition, 'type' | 'status' | 'reason'>

/** Under which names ESO shows objects of a kind. */
export interface Peer {
  /** The kind in lower case: `externalsecret`. */
  readonly prefix: string
  /** Whether it counts their syncs: of ExternalSecrets it does, of stores not. */
  readonly syncs: boolean
}

type Described = MetricObjectWithValues<MetricValue<string>>
type Source = () => Iterable<MetricValue<string>>

/** Series of single objects: nothing but the records is held between scrapes, and a forgotten object has none. */
export class ObjectRecords {
  readonly #records = new Map<ObjectKey, ObjectRecord>()
  /** Most objects are in one of a few states, and share what is shown of it. */
  readonly #shown = new Map<string, readonly ShownCondition[]>()

  of(key: ObjectKey): ObjectRecord {
    const known = this.#records.get(key)
    if (known !== undefined) return known
    const times = { lastSuccessMs: undefined, nextMs: undefined, tookMs: undefined }
    const record: ObjectRecord = { calls: 0, errors: 0, ...times, conditions: [] }
    this.#records.set(key, record)
    return record
  }

  /** Notes the conditions of an object. */
  show(key: ObjectKey, conditions: readonly Condition[]): void {
    const shown = conditions.map(({ type, status, reason }) => ({ type, status, reason }))
    const state = JSON.stringify(shown)
    const known = this.#shown.get(state) ?? shown
    this.#shown.set(state, known)
    this.of(key).conditions = known
  }

  has(key: ObjectKey): boolean {
    return this.#records.has(key)
  }

  forget(key: ObjectKey): void {
    this.#records.delete(key)
  }

  values(): Iterable<ObjectRecord> {
    return this.#records.values()
  }

  entries(): Iterable<[ObjectKey, ObjectRecord]> {
    return this.#records.entries()
  }
}

class ScrapedGauge extends Gauge {
  readonly #source: Source

  constructor(name: string, help: string, source: Source) {
    super({ name, help, registers: [] })
    this.#source = source
  }

  override async get(): Promise<Described> {
    return withValues(await super.get(), this.#source())
  }
}

class ScrapedCounter extends Counter {
  readonly #source: Source

  constructor(name: string, help: string, source: Source) {
    super({ name, help, registers: [] })
    this.#source = source
  }

  override async get(): Promise<Described> {
    return withValues(await super.get(), this.#source())
  }
}

function withValues(described: Described, values: Iterable<MetricValue<string>>): Described {
  return { ...described, values: [...values] }
}

/** Keyferry's own series of single objects, of all controllers. */
export function registerObjectSeries(registry: Registry, all: ReadonlyMap<string, ObjectRecords>): void {
  const gauge = (name: string, help: string, msOf: (record: ObjectRecord) => number | undefined) =>
    registry.registerMetric(new ScrapedGauge(name, help, () => timestamps(all, msOf)))
  gauge('keyferry_last_success_timestamp_seconds', 'When the object last succeeded', (it) => it.lastSuccessMs)
  gauge(
    'keyferry_next_refresh_timestamp_seconds',
    'When the object is next looked at by itself',
    (it) => it.nextMs,
  )
}

/** How many objects of each controller are Ready, and why not; an object that was not judged yet is `Unknown`. */
export function registerReadiness(registry: Registry, all: ReadonlyMap<string, ObjectRecords>): void {
  const help = 'Objects by the status and the reason of their Ready condition'
  registry.registerMetric(new ScrapedGauge('keyferry_objects', help, () => readiness(all)))
}

function* readiness(all: ReadonlyMap<string, ObjectRecords>): Iterable<MetricValue<string>> {
  for (const [controller, records] of all) {
    const groups = Map.groupBy(records.values(), ({ conditions }) => {
      const { status, reason } = conditions.find((it) => it.type === 'Ready') ?? unjudged
      return `${status}/${reason}`
    })
    for (const [group, members] of groups) {
      const [ready = '', reason = ''] = group.split('/')
      yield { value: members.length, labels: { controller, ready, reason } }
    }
  }
}

const unjudged = { status: 'Unknown', reason: '' }

/** The series under the names that ESO's users have in dashboards and alerts. */
export function registerPeerSeries(
  registry: Registry,
  { prefix, syncs }: Peer,
  records: ObjectRecords,
): void {
  const counter = (name: string, help: string, valueOf: (record: ObjectRecord) => number) =>
    registry.registerMetric(
      new ScrapedCounter(`${prefix}_${name}`, help, () => plainValues(records, valueOf)),
    )
  const gauge = (name: string, help: string, source: Source) =>
    registry.registerMetric(new ScrapedGauge(`${prefix}_${name}`, help, source))
  if (syncs) {
    counter('sync_calls_total', 'Sync attempts', (it) => it.calls)
    counter('sync_calls_error', 'Sync attempts that failed', (it) => it.errors)
  }
  gauge('status_condition', 'Conditions of the status', () => conditionValues(records))
  gauge('reconcile_duration', 'Nanoseconds the last attempt took', () =>
    plainValues(records, (it) => (it.tookMs === undefined ? undefined : Math.round(it.tookMs * 1e6))),
  )
}

type ValueOf = (record: ObjectRecord) => number | undefined

function* timestamps(all: ReadonlyMap<string, ObjectRecords>, msOf: ValueOf): Iterable<MetricValue<string>> {
  for (const [controller, records] of all) {
    for (const { value, labels } of plainValues(records, msOf)) {
      yield { value: value / 1000, labels: { controller, ...labels } }
    }
  }
}

function* plainValues(records: ObjectRecords, valueOf: ValueOf): Iterable<MetricValue<string>> {
  for (const [key, record] of records.entries()) {
    const value = valueOf(record)
    if (value !== undefined) yield { value, labels: labelsOf(key) }
  }
}

function* conditionValues(records: ObjectRecords): Iterable<MetricValue<string>> {
  for (const [key, { conditions }] of records.entries()) {
    const labels = labelsOf(key)
    for (const { type, status } of conditions) {
      for (const each of ['True', 'False', 'Unknown']) {
        if (each === 'Unknown' && status !== 'Unknown') continue
        yield { value: status === each ? 1 : 0, labels: { ...labels, condition: type, status: each } }
      }
    }
  }
}

function labelsOf(key: ObjectKey): { name: string; namespace: string } {
  const { name, namespace = '' } = refOf(key)
  return { name, namespace }
}
