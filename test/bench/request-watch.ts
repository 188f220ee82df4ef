import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { type CertificateRequest, certificateRequestKind } from '../../src/api/certificaterequest.ts'
import { linesOf } from '../../src/kube/json-lines.ts'
import { collectionPath } from '../../src/kube/path.ts'
import type { ClusterFacts } from '../cluster/cluster.ts'
import { percentile, round } from './figures.ts'

/** What was seen of the statuses of many requests, from outside. */
export interface SigningSeen {
  readonly issued: number
  /** From the first status that an issuer wrote to the last certificate. */
  readonly seconds: number
  readonly latencyP50Ms: number
  readonly statusWritesPerRequest: number
  /** Writes that said what an earlier one had said already. */
  readonly writtenTwice: number
  /** The moment of the last certificate, by performance.now. */
  readonly endedMs: number
}

interface Seen {
  readonly statuses: string[]
  firstMs: number
  issuedMs: number | undefined
}

/** Follows the requests of a namespace, each write of a status by itself: the API server drops none. */
export class RequestWatch implements AsyncDisposable {
  readonly #agent: Agent
  readonly #seen = new Map<string, Seen>()
  #failure: unknown

  constructor(cluster: ClusterFacts, namespace: string) {
    this.#agent = new Agent({ connect: { ca: cluster.caPem }, bodyTimeout: 0, headersTimeout: 0 })
    this.#follow(cluster, namespace).catch((error: unknown) => {
      this.#failure = error
    })
  }

  /** Waits until so many have a certificate. */
  async untilIssued(count: number, withinMs: number): Promise<SigningSeen> {
    const deadline = Date.now() + withinMs
    while (this.#issued().length < count) {
      if (this.#failure !== undefined)
        throw new Error('the watch of requests ended', { cause: this.#failure })
      if (Date.now() > deadline) throw new Error(`${this.#issued().length} of ${count} were issued in time`)
      await sleep(20)
    }
    // A write too many would come after the certificate.
    await sleep(1000)
    return this.#result()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy()
  }

  async #follow({ server, adminToken }: ClusterFacts, namespace: string): Promise<void> {
    const url = `${server}${collectionPath(certificateRequestKind, namespace)}?watch=true`
    const headers = { authorization: `Bearer ${adminToken}` }
    const { body } = await request(url, { dispatcher: this.#agent, headers })
    for await (const line of linesOf(body)) this.#take(JSON.parse(line) as { object: CertificateRequest })
    throw new Error('the API server ended it')
  }

  #take({ object }: { object: CertificateRequest }): void {
    const conditions = object.status?.conditions?.filter((it) => it.type !== 'Approved') ?? []
    if (conditions.length === 0) return
    const now = performance.now()
    const name = object.metadata.name
    const seen = this.#seen.get(name) ?? { statuses: [], firstMs: now, issuedMs: undefined }
    this.#seen.set(name, seen)
    seen.statuses.push(JSON.stringify({ ...object.status, conditions }))
    if (object.status?.certificate !== undefined) seen.issuedMs ??= now
  }

  #issued(): readonly (Seen & { issuedMs: number })[] {
    return [...this.#seen.values()].flatMap((it) =>
      it.issuedMs === undefined ? [] : [{ ...it, issuedMs: it.issuedMs }],
    )
  }

  #result(): SigningSeen {
    const issued = this.#issued()
    const endedMs = Math.max(...issued.map((it) => it.issuedMs))
    const firstMs = Math.min(...issued.map((it) => it.firstMs))
    const writes = issued.reduce((sum, it) => sum + it.statuses.length, 0)
    const distinct = issued.reduce((sum, it) => sum + new Set(it.statuses).size, 0)
    return {
      issued: issued.length,
      seconds: round((endedMs - firstMs) / 1000),
      latencyP50Ms: round(
        percentile(
          issued.map((it) => it.issuedMs - it.firstMs),
          0.5,
        ),
      ),
      statusWritesPerRequest: round(writes / issued.length),
      writtenTwice: writes - distinct,
      endedMs,
    }
  }
}
