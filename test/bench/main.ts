// npm run bench -- --count 1000 --keys 3 [--latency-ms 5] [--idle-seconds 60]
// First sync of many ExternalSecrets, beside the floor (the same writes by a bare HTTP loop) measured in the same run.
// Prints one JSON object; progress goes to stderr.
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { parseArgs, promisify } from 'node:util'
import { awaitCrds } from '../cluster/await-crds.ts'
import { connect } from '../cluster/client.ts'
import { startCluster } from '../cluster/cluster.ts'
import { newWorld } from '../manager/world.ts'
import { measureFirstSync } from './first-sync.ts'
import { measureFloor } from './floor-process.ts'
import { createLoad, secretsAreRight } from './load.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    keys: { type: 'string', default: '3' },
    'latency-ms': { type: 'string', default: '5' },
    'idle-seconds': { type: 'string', default: '0' },
  },
})
const load = { count: Number(values.count), keys: Number(values.keys) }
if (![load.count, load.keys].every((it) => Number.isInteger(it) && it > 0)) {
  throw new RangeError('Cannot run: --count and --keys take whole numbers from 1')
}
const say = (line: string) => process.stderr.write(`${line}\n`)

say('building the bundle')
await promisify(execFile)(process.execPath, ['hack/build.ts'])

await using cluster = await startCluster({ controllers: true, audit: false, progress: say })
await cluster.kubectl('apply', '--server-side', '-f', 'config/crd', '-f', 'config/rbac')
await awaitCrds((...args) => cluster.kubectl(...args))
await using world = await newWorld(cluster, { latencyMs: Number(values['latency-ms']) })
await using connection = connect(cluster)

say(`creating ${load.count} ExternalSecrets with ${load.keys} keys each`)
await createLoad(connection.client, world, load)
say('first sync')
const sync = await measureFirstSync(cluster, world, connection.client, load, Number(values['idle-seconds']))
const right = await secretsAreRight(connection.client, world, load)
say(`${right} of ${load.count} Secrets are right; measuring the floor`)
await cluster.kubectl('create', 'namespace', 'floor')
const floor = await measureFloor(cluster, 'floor', load)

console.log(
  JSON.stringify(
    {
      load: { ...load, latencyMs: Number(values['latency-ms']) },
      secretsRight: right,
      firstSync: sync,
      floor,
      ratioToFloor: Number((sync.seconds / floor.seconds).toFixed(2)),
      machine: { cores: availableParallelism() },
    },
    null,
    2,
  ),
)
