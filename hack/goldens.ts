// hack/goldens: what ESO makes of test/goldens/manifests, in two states, as data in test/goldens/recorded.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, startCluster } from '../test/cluster/cluster.ts'
import { startAkeyless } from '../test/fakes/akeyless/stand-in.ts'
import { changeAccount, fillAccount, guesses } from '../test/goldens/account.ts'
import { applyObjects } from '../test/goldens/apply.ts'
import {
  changedManifests,
  type ManifestFile,
  manifestFiles,
  namespace,
  storeManifests,
  targetsOf,
} from '../test/goldens/manifests.ts'
import { type Outcome, outcomesOf } from '../test/goldens/outcome.ts'
import { type Golden, writeRecording } from '../test/goldens/recorded.ts'
import { startEso } from './goldens-eso.ts'

const [program = '', crds = '', version = ''] = process.argv.slice(2)
const say = (line: string) => process.stderr.write(`${line}\n`)
/** ESO's status is written last; a failing object is tried again within this time after ESO has started. */
const quietMs = 10_000

const files = await manifestFiles()
await using cluster = await startCluster({ progress: say })
// Where Akeyless is not documented, one guess for all recordings.
await using akeyless = await startAkeyless({ seed: 1, guesses })
fillAccount(akeyless.state)
say(`ESO ${version}: its CRDs, and ${files.length} files of manifests`)
await cluster.kubectl('create', 'namespace', namespace)
await cluster.kubectl('apply', '--server-side', '-f', crds)
await cluster.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s')
await applyObjects(cluster, await storeManifests(akeyless.url))
await applyObjects(
  cluster,
  files.flatMap((it) => it.objects),
)
const changed = await changedManifests()
const targets = targetsOf([...files.flatMap((it) => it.objects), ...changed])
const before = await settled(cluster, 'as they are')
changeAccount(akeyless.state)
await applyObjects(cluster, changed)
const after = await settled(cluster, 'after the changes')
for (const file of files) await writeRecording(file.name, version, goldensOf(file))
const later = new Set([...after.keys()].filter((it) => !before.has(it)))
await writeRecording('later', version, golden(later))
say(`${after.size} manifests are recorded; why those that failed did:`)
for (const line of await reasons(cluster)) say(`  ${line}`)

/** Runs ESO until nothing has changed for a while. A start looks at every object at once, whatever its backoff was. */
async function settled(on: Cluster, title: string): Promise<ReadonlyMap<string, Outcome>> {
  await using eso = await startEso(program, on)
  const started = Date.now()
  let last = ''
  let sinceMs = started
  while (Date.now() - sinceMs < quietMs || Date.now() - started < 2 * quietMs) {
    await sleep(1000)
    if (!eso.isRunning()) throw new Error(`ESO ended; see ${eso.logFile}`)
    const now = JSON.stringify([...(await outcomesOf(on, targets))])
    if (now !== last) sinceMs = Date.now()
    last = now
    say(
      `  ${title}: ${Math.round((Date.now() - started) / 1000)} s, quiet for ${Math.round((Date.now() - sinceMs) / 1000)} s`,
    )
  }
  return outcomesOf(on, targets)
}

/** The last warning of each object, for the person who records; too long-winded to be kept. */
async function reasons(on: Cluster): Promise<readonly string[]> {
  const json = await on.kubectl('get', 'events', '-n', namespace, '-o', 'json')
  const { items } = JSON.parse(json) as {
    items: { type: string; message: string; involvedObject: { name: string } }[]
  }
  const warnings = items.filter((it) => it.type === 'Warning')
  return warnings.map((it) => `${it.involvedObject.name}: ${it.message.slice(0, 300)}`).toSorted()
}

function goldensOf({ objects }: ManifestFile): ReadonlyMap<string, Golden> {
  return golden(new Set(objects.filter((it) => it.kind === 'ExternalSecret').map((it) => it.metadata.name)))
}

function golden(names: ReadonlySet<string>): ReadonlyMap<string, Golden> {
  return new Map(
    [...names].toSorted().map((name) => {
      const first = before.get(name)
      const second = after.get(name)
      if (second === undefined) throw new Error(`there is no outcome of ${name}`)
      return [name, { ...(first === undefined ? {} : { before: first }), after: second }]
    }),
  )
}
