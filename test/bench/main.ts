// npm run bench -- [--scene first-sync] [--count 1000] [--keys 3] [--folders 10|own] [--latency-ms 5]
//   [--events 1000000] [--issuer] [--operator-command 'PROGRAM --kubeconfig {kubeconfig} --controller-class {class} ...']
// Scenes, comma-separated: first-sync (beside the floor), refresh, rotation, churn, start, and issuer (beside the floor
// and cert-manager's CA issuer), for which --issuer is short.
// Prints one JSON object; a table and progress go to stderr. Each ratio is to a floor of the same run.
import { execFile } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs, promisify } from 'node:util'
import { awaitCrds } from '../cluster/await-crds.ts'
import { connect } from '../cluster/client.ts'
import { startCluster } from '../cluster/cluster.ts'
import { keyferry, otherOperator } from './operator.ts'
import { createScenes, type Scene, sceneNames } from './scenes.ts'
import { tableOf } from './table.ts'

const { values } = parseArgs({
  options: {
    scene: { type: 'string', default: 'first-sync' },
    count: { type: 'string', default: '1000' },
    keys: { type: 'string', default: '3' },
    folders: { type: 'string', default: '10' },
    events: { type: 'string', default: '1000000' },
    issuer: { type: 'boolean', default: false },
    'latency-ms': { type: 'string', default: '5' },
    'operator-command': { type: 'string' },
  },
})
const numbers = [values.count, values.keys, values.events, values['latency-ms']].map(Number)
if (!numbers.every((it) => Number.isInteger(it) && it > 0))
  throw new RangeError('Cannot run: --count, --keys, --events and --latency-ms take whole numbers from 1')
const [count = 0, keys = 0, events = 0, latencyMs = 0] = numbers
const folders = values.folders === 'own' ? 'own' : Number(values.folders)
const wanted = (values.issuer ? 'issuer' : values.scene).split(',').map((name): Scene => {
  const scene = sceneNames.find((it) => it === name)
  if (scene === undefined)
    throw new RangeError(`Cannot run scene "${name}": there are ${sceneNames.join(', ')}`)
  return scene
})
const say = (line: string) => process.stderr.write(`${line}\n`)
const command = values['operator-command']
const operator = command === undefined ? keyferry : otherOperator(command)

say('building the bundle')
await promisify(execFile)(process.execPath, ['hack/build.ts'])

const results: Record<string, unknown> = {}
for (const scene of wanted) {
  say(`== ${scene}: a cluster of its own`)
  await using cluster = await startCluster({ controllers: true, audit: false, progress: say })
  await cluster.kubectl('apply', '--server-side', '-f', 'config/crd', '-f', 'config/rbac')
  await awaitCrds((...args) => cluster.kubectl(...args))
  await using connection = connect(cluster)
  const scenes = createScenes({ cluster, client: connection.client, operator, say, latencyMs, events })
  results[scene] = await scenes[scene]({ count, keys, folders })
}
const machine = { cores: availableParallelism(), cpu: cpus()[0]?.model, node: process.version }
const report = { operator: operator.name, load: { count, keys, folders, latencyMs }, ...results, machine }
say(tableOf(report))
console.log(JSON.stringify(report, null, 2))
