import { Agent, request } from 'undici'
import { linesOf } from '../../src/kube/json-lines.ts'
import type { ClusterFacts } from '../cluster/cluster.ts'

interface WatchEvent {
  readonly object: { readonly metadata: { readonly name: string }; readonly data?: Record<string, string> }
}

/** Sees the Secrets of a namespace change, as a workload would. */
export class SecretWatch implements AsyncDisposable {
  readonly #agent: Agent
  readonly #values = new Map<string, string>()
  readonly #waiting = new Map<string, () => void>()
  #ended = false

  constructor(cluster: ClusterFacts, namespace: string) {
    this.#agent = new Agent({ connect: { ca: cluster.caPem }, bodyTimeout: 0, headersTimeout: 0 })
    void this.#follow(cluster, namespace)
  }

  /** Resolves with the moment (performance.now) at which a key of a Secret has a value; rejects after `withinMs`. */
  async when(name: string, key: string, value: string, withinMs: number): Promise<number> {
    const id = `${name}/${key}`
    if (this.#values.get(id) === value) return performance.now()
    const seen = Promise.withResolvers<number>()
    const timer = setTimeout(() => seen.reject(new Error(`${id} did not change in time`)), withinMs)
    this.#waiting.set(id, () => {
      if (this.#values.get(id) === value) seen.resolve(performance.now())
    })
    try {
      return await seen.promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(id)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    await this.#agent.destroy()
  }

  async #follow(cluster: ClusterFacts, namespace: string): Promise<void> {
    while (!this.#ended) {
      try {
        await this.#watch(cluster, namespace)
      } catch (error) {
        if (!this.#ended) process.stderr.write(`the watch of Secrets begins again: ${String(error)}\n`)
      }
    }
  }

  async #watch({ server, adminToken }: ClusterFacts, namespace: string): Promise<void> {
    const url = `${server}/api/v1/namespaces/${namespace}/secrets?watch=true`
    const headers = { authorization: `Bearer ${adminToken}` }
    const { body } = await request(url, { dispatcher: this.#agent, headers })
    for await (const line of linesOf(body)) this.#take(JSON.parse(line) as WatchEvent)
  }

  #take({ object }: WatchEvent): void {
    for (const [key, text] of Object.entries(object.data ?? {})) {
      const id = `${object.metadata.name}/${key}`
      this.#values.set(id, Buffer.from(text, 'base64').toString())
      this.#waiting.get(id)?.()
    }
  }
}
