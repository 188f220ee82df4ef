import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { makeAuthority, makeServingCertificate } from '../cluster/certificates.ts'
import { freePort } from '../cluster/free-port.ts'
import { percentile, round } from './figures.ts'
import type { Stage } from './first-sync.ts'
import { itemName, nameOf } from './load.ts'
import { SecretWatch } from './secret-watch.ts'

/** From the new value at Akeyless to the new value in the Secret, in milliseconds. */
export interface Latency {
  readonly samples: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** Where an operator takes events, and how to send it one. */
export interface EventEndpoint extends AsyncDisposable {
  /** Flags of `keyferry manager`. */
  readonly args: readonly string[]
  tell(items: readonly string[]): Promise<void>
}

const token = 'token-of-the-bench'
const withinMs = 120_000

/** Certificates, a token and a port for the endpoint of one operator. */
export async function eventEndpoint(): Promise<EventEndpoint> {
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-events-'))
  await makeAuthority(directory)
  await makeServingCertificate(directory, 'events', ['IP:127.0.0.1'])
  await writeFile(join(directory, 'token'), token)
  const port = await freePort()
  const file = (name: string) => join(directory, name)
  const dispatcher = new Agent({ connect: { ca: await readFile(file('ca.crt'), 'utf8') } })
  return {
    args: [
      `--event-listen-address=127.0.0.1:${port}`,
      `--event-token-file=${file('token')}`,
      `--event-tls-cert-file=${file('events.crt')}`,
      `--event-tls-key-file=${file('events.key')}`,
    ],
    async tell(items) {
      const body = { Akeyless_Events: { 'static-secret-updated': items.map((name) => ({ name })) } }
      const answer = await request(`https://127.0.0.1:${port}/events/akeyless`, {
        dispatcher,
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      await answer.body.dump()
      if (answer.statusCode !== 202) throw new Error(`the event was answered with ${answer.statusCode}`)
    },
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Rotates items one after another and tells of each. `tell` undefined: nobody is told, the interval finds it. */
export async function measureRotation(
  stage: Stage,
  samples: number,
  tell: ((items: readonly string[]) => Promise<void>) | undefined,
): Promise<Latency> {
  const { cluster, world, load } = stage
  await using watch = new SecretWatch(cluster, world.namespace)
  const rotate = async (sample: number) => {
    const index = (sample * 7919) % load.count
    const item = itemName(world, load, index, 0)
    const value = `rotated ${sample} ${index}`
    world.akeyless.state.putSecret(item, value)
    const began = performance.now()
    const seen = watch.when(nameOf(index), 'key-0', value, withinMs)
    await tell?.([item])
    return (await seen) - began
  }
  const numbers = Array.from({ length: samples }, (_, index) => index)
  const took = tell === undefined ? await Promise.all(numbers.map(rotate)) : await inTurn(numbers, rotate)
  return {
    samples,
    p50Ms: round(percentile(took, 0.5)),
    p99Ms: round(percentile(took, 0.99)),
    maxMs: round(Math.max(...took)),
  }
}

async function inTurn(numbers: readonly number[], work: (it: number) => Promise<number>): Promise<number[]> {
  const results: number[] = []
  for (const it of numbers) results.push(await work(it))
  return results
}

/** Something else to do for the operator meanwhile: people label their ExternalSecrets, so many a second. */
export function labelling({ client, world, load }: Stage, perSecond: number): { stop(): void } {
  const stopping = new AbortController()
  let turn = 0
  const timer = setInterval(() => {
    const ref = { namespace: world.namespace, name: nameOf((turn++ * 31) % load.count) }
    const patch = { metadata: { labels: { turn: String(turn) } } }
    const options = { fieldManager: 'bench', signal: stopping.signal }
    void client.mergePatch(externalSecretKind, ref, patch, options).catch(() => undefined)
  }, 1000 / perSecond)
  return {
    stop() {
      clearInterval(timer)
      stopping.abort(new Error('the bench is over'))
    },
  }
}
