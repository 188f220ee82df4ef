import type { Client } from '../kube/client.ts'
import type { Kind } from '../kube/kind.ts'
import { readServedSchema, type ServedSchema } from '../kube/served-schema.ts'
import { type Backoff, exponential } from '../std/backoff.ts'
import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import { newerFieldsOf } from './crd-fields.ts'

export interface KindSchemaOptions {
  readonly client: Client
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** The API server tells of a changed CRD before it serves the changed schema. */
const publishingMs = 2000
const latestMs = 300_000

/** The served schema of one kind. What cannot be read, or is not served yet, is asked for again, ever less often. */
export class KindSchema {
  readonly #kind: Kind
  readonly #options: KindSchemaOptions
  #known: ServedSchema | undefined
  #backoff: Backoff
  #cancel: () => void = () => undefined

  constructor(kind: Kind, options: KindSchemaOptions) {
    this.#kind = kind
    this.#options = options
    this.#backoff = firstWait()
  }

  /** The last one that was read. */
  get known(): ServedSchema | undefined {
    return this.#known
  }

  /** The CRD changed: its schema is served in a moment. */
  changed(): void {
    this.#backoff = firstWait()
    this.#readLater()
  }

  async read(): Promise<void> {
    const { client, log, signal } = this.#options
    this.#cancel()
    try {
      const schema = await readServedSchema(client, this.#kind, newerFieldsOf(this.#kind), signal)
      if (schema === undefined) this.#readLater()
      else this.#learn(schema)
    } catch (error) {
      if (signal.aborted) return
      log.warn(
        { err: error, kind: this.#kind.kind },
        'Cannot read the served schema; the last known one holds',
      )
      this.#readLater()
    }
  }

  stop(): void {
    this.#cancel()
  }

  #learn(schema: ServedSchema): void {
    const { log } = this.#options
    const { kind } = this.#kind
    if (this.#known !== undefined) log.info({ kind }, 'The served schema was read anew')
    this.#known = schema
    const { missing } = schema
    if (missing.length > 0)
      log.warn({ kind, missing }, 'The CRD lacks fields; the API server drops them from objects')
  }

  #readLater(): void {
    const { clock, signal } = this.#options
    this.#cancel()
    if (signal.aborted) return
    this.#cancel = clock.after(this.#backoff.delayMs, () => void this.read())
    this.#backoff = this.#backoff.next()
  }
}

function firstWait(): Backoff {
  return exponential({ initialMs: publishingMs, maxMs: latestMs })
}
