import { Counter, Gauge, type MetricObjectWithValues, type MetricValue, type Registry } from 'prom-client'
import { type Condition, type ObjectKey, refOf } from '../kube/object.ts'

/** What is known of one object, kept small: ten thousand of these are ordinary. */
export interface ObjectRecord {
  readonly name: string
  readonly namespace: string
  calls: number
  errors: number
  lastSuccessMs: number | undefined
  nextMs: number | undefined
  tookMs: number | undefined
  conditions: readonly Condition[]
}

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

  of(key: ObjectKey): ObjectRecord {
    const known = this.#records.get(key)
    if (known !== undefined) return known
    const { name, namespace = '' } = refOf(key)
    const fresh = { name, namespace, calls: 0, errors: 0, lastSuccessMs: undefined, nextMs: undefined }
    const record: ObjectRecord = { ...fresh, tookMs: undefined, conditions: [] }
    this.#records.set(key, record)
    return record
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
  for (const record of records.values()) {
    const value = valueOf(record)
    if (value !== undefined) yield { value, labels: { name: record.name, namespace: record.namespace } }
  }
}

function* conditionValues(records: ObjectRecords): Iterable<MetricValue<string>> {
  for (const { name, namespace, conditions } of records.values()) {
    for (const { type, status } of conditions) {
      for (const each of ['True', 'False', 'Unknown']) {
        if (each === 'Unknown' && status !== 'Unknown') continue
        yield { value: status === each ? 1 : 0, labels: { name, namespace, condition: type, status: each } }
      }
    }
  }
}
