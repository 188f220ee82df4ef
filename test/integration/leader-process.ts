/**
 * A process that campaigns for a Lease and, while it leads, writes a ConfigMap in a loop. It prints one JSON line for
 * every request it sends and for every turn of its fortune. SIGTERM releases the lease.
 */
import { configMapKind } from '../../src/kube/kind.ts'
import { createClient } from '../../src/kube/rest-client.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { guardTransport } from '../../src/runtime/guard.ts'
import { createElector, type Elector } from '../../src/runtime/leader.ts'
import { sleep, systemClock } from '../../src/std/clock.ts'
import { createLog } from '../../src/std/log.ts'
import { connect } from '../cluster/client.ts'

interface Task {
  readonly cluster: { readonly server: string; readonly caPem: string; readonly adminToken: string }
  readonly namespace: string
  readonly identity: string
  readonly times: {
    readonly leaseDurationMs: number
    readonly renewDeadlineMs: number
    readonly retryPeriodMs: number
  }
}

const say = (event: string, more: object = {}) =>
  console.log(JSON.stringify({ event, atMs: Date.now(), ...more }))

function telling(transport: Transport): Transport {
  return {
    request(request) {
      say('sent', { method: request.method, path: request.path })
      return transport.request(request)
    },
    stream: (request) => transport.stream(request),
    close: () => transport.close(),
  }
}

async function write(elector: Elector, transport: Transport, { namespace, identity }: Task): Promise<void> {
  const client = createClient(guardTransport(transport, elector))
  for (let count = 0; !elector.signal.aborted; count++) {
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name: 'writes' },
      data: { by: identity },
    }
    try {
      const options = { fieldManager: identity, force: true, signal: elector.signal }
      await client.apply(configMapKind, { ...map, data: { ...map.data, count: String(count) } }, options)
      say('wrote')
    } catch (error) {
      say('refused', { error: String(error) })
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const task = JSON.parse(process.argv[2] ?? '') as Task
const log = createLog('warn', process.stderr)
const transport = telling(connect(task.cluster).transport)
const elector = createElector({
  client: createClient(transport),
  lease: { namespace: task.namespace, name: 'keyferry' },
  identity: task.identity,
  clock: systemClock,
  log,
  ...task.times,
})
const stopping = new AbortController()
process.on('SIGTERM', () => stopping.abort())

say('started')
await elector.campaign(stopping.signal)
say('leading')
const lost = new Promise((resolve) => elector.signal.addEventListener('abort', () => resolve('lost')))
const writing = write(elector, transport, task)
const stopped = sleep(3_600_000, systemClock, stopping.signal).catch(() => 'stopped')
const end = await Promise.race([lost, stopped])
say(String(end))
if (end === 'lost') process.exit(1)
await elector.release()
await writing
say('released')
process.exit(0)
