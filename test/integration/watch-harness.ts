import { setTimeout as sleep } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import { configMapKind, type Kind } from '../../src/kube/kind.ts'
import { type KubeObject, keyOf } from '../../src/kube/object.ts'
import { createReflector, type ReflectorDeps, type StartableReflector } from '../../src/kube/reflect.ts'
import type { Selection } from '../../src/kube/reflector.ts'
import type { ReflectorTiming } from '../../src/kube/reflector-timing.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { systemClock } from '../../src/std/clock.ts'
import { createLog } from '../../src/std/log.ts'
import { createRecorder, type Recorder } from '../fakes/watch-server/recorder.ts'

/** A started reflector and what it delivers. */
export interface Followed {
  readonly reflector: StartableReflector
  readonly recorder: Recorder
  readonly selection: Selection
}

/** Starts a reflector that remembers what it delivers. */
export function follow(
  deps: Pick<ReflectorDeps, 'transport' | 'bell'>,
  selection: Selection,
  timing: Partial<ReflectorTiming> = {},
): Followed {
  const recorder = createRecorder()
  const log = createLog('silent')
  const options = { selection, sink: recorder, observer: recorder.observer, log }
  const reflector = createReflector({ ...deps, clock: systemClock, random: Math.random }, options, timing)
  reflector.start()
  return { reflector, recorder, selection }
}

/** Waits until a reflector is live and holds exactly what the server holds, at the same resourceVersions. */
export async function converged(followed: Followed, direct: Transport, timeout = 10_000): Promise<void> {
  const { recorder, reflector, selection } = followed
  await vi.waitFor(
    async () => {
      expect(versions(recorder.view.values())).toEqual(versions(await listed(direct, selection)))
      expect(reflector.state).toBe('live')
    },
    { timeout, interval: 50 },
  )
}

function versions(objects: Iterable<KubeObject>): Record<string, string> {
  // toEqual does not mind the order.
  return Object.fromEntries(
    [...objects].map(({ metadata }) => [keyOf(metadata), `${metadata.uid}@${metadata.resourceVersion}`]),
  )
}

async function listed(direct: Transport, { kind, namespace }: Selection): Promise<readonly KubeObject[]> {
  const body = await send(direct, 'GET', collection(kind, namespace))
  return (JSON.parse(body) as { items: KubeObject[] }).items
}

function collection(kind: Kind, namespace: string | undefined): string {
  return namespace === undefined ? `/api/v1/${kind.plural}` : `/api/v1/namespaces/${namespace}/${kind.plural}`
}

/** Writes ConfigMaps of one namespace, past any proxy. */
export function writerTo(direct: Transport, namespace: string) {
  const path = collection(configMapKind, namespace)
  return {
    create: (name: string, value = 'x') =>
      send(direct, 'POST', path, { metadata: { name }, data: { value } }, 'application/json'),
    change: (name: string, value: string) =>
      send(direct, 'PATCH', `${path}/${name}`, { data: { value } }, 'application/merge-patch+json'),
    remove: (name: string) => send(direct, 'DELETE', `${path}/${name}`),
  }
}

async function send(
  direct: Transport,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
  type = 'application/json',
): Promise<string> {
  const content = body === undefined ? {} : { headers: { 'content-type': type }, body: JSON.stringify(body) }
  const signal = AbortSignal.timeout(20_000)
  const answer = await direct.request({ method, path, ...content, signal, timeoutMs: 10_000 })
  if (answer.status >= 300) throw new Error(`Cannot ${method} "${path}": status is ${answer.status}`)
  return answer.body
}

/** Creates, changes and deletes at random until stopped; failures of a server that is down are part of it. */
export function keepWriting(direct: Transport, namespace: string, everyMs = 15) {
  const writer = writerTo(direct, namespace)
  const stopping = new AbortController()
  let written = 0
  const one = async () => {
    const name = `churn-${Math.floor(Math.random() * 20)}`
    const roll = Math.random()
    if (roll < 0.4) await writer.create(name)
    else if (roll < 0.8) await writer.change(name, `${Math.random()}`)
    else await writer.remove(name)
    written += 1
  }
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await one().catch(() => undefined)
      await sleep(everyMs)
    }
  })()
  return {
    get written() {
      return written
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
