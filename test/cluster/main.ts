// hack/cluster build|built|up|env|down: the test cluster as something a person can keep. `build` may be told vitest
// projects, and builds what those need; `built` fails where that would compile something.
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findPostgres } from '../fakes/postgres/programs.ts'
import { prepareImages } from '../image/build.ts'
import { whyNoImage } from '../image/debian.ts'
import { whyNoNode } from '../node/requirements.ts'
import { findPrometheus } from '../partners/prometheus-programs.ts'
import { byModule, findProgram, isBuilt, programsFor } from './binaries.ts'
import { startCluster } from './cluster.ts'

const directory = join(import.meta.dirname, '../../.cluster')
const pidFile = join(directory, 'pids.json')
const say = (line: string) => process.stderr.write(`${line}\n`)

const commands: Record<string, () => Promise<void>> = { build, built, up, env, down }
const command = commands[process.argv[2] ?? '']
if (command === undefined) {
  say('usage: hack/cluster build|built|up|env|down')
  process.exitCode = 2
} else {
  await command()
}

async function build(): Promise<void> {
  const projects = process.argv.slice(3)
  await Promise.all([compile(projects), install(projects)])
}

/** Two modules at a time: where one waits for its downloads or its linker, the other compiles. */
async function compile(projects: readonly string[]): Promise<void> {
  const rest = [...byModule(programsFor(projects))]
  const lane = async () => {
    for (let programs = rest.shift(); programs !== undefined; programs = rest.shift())
      for (const it of programs) await findProgram(it, say)
  }
  await Promise.all([lane(), lane()])
}

/** One after the other: they wait for the same lock of Debian's. */
async function install(projects: readonly string[]): Promise<void> {
  await prepare(findPostgres)
  await prepare(findPrometheus)
  if (projects.length > 0 && !projects.includes('e2e')) return
  await prepare(whyNoNode)
  if ((await whyNoImage()) === undefined) await prepare(prepareImages)
}

async function built(): Promise<void> {
  const there = await Promise.all(programsFor(process.argv.slice(3)).map(isBuilt))
  if (there.includes(false)) process.exitCode = 1
}

/** What is installed once and not built; where it cannot be had the tests that need it say so. */
async function prepare(what: (progress: (line: string) => void) => Promise<unknown>): Promise<void> {
  await what(say).catch((error: unknown) => say(error instanceof Error ? error.message : 'it cannot be had'))
}

async function up(): Promise<void> {
  if ((await livingPids()).length > 0) {
    say('The cluster runs already: eval "$(hack/cluster env)"')
    return
  }
  await rm(directory, { recursive: true, force: true })
  const cluster = await startCluster({ controllers: true, directory, progress: say })
  await writeFile(pidFile, JSON.stringify(cluster.pids))
  say(`The API server answers at ${cluster.server}: eval "$(hack/cluster env)"`)
}

async function env(): Promise<void> {
  if (!existsSync(join(directory, 'kubeconfig'))) {
    say('There is no cluster: hack/cluster up')
    process.exitCode = 1
    return
  }
  const kubectl = await findProgram('kubectl', say)
  console.log(`export KUBECONFIG='${join(directory, 'kubeconfig')}'`)
  console.log(`export PATH='${dirname(kubectl)}':"$PATH"`)
}

async function down(): Promise<void> {
  for (const pid of (await livingPids()).toReversed()) process.kill(pid, 'SIGKILL')
  await rm(directory, { recursive: true, force: true })
  say('The cluster is gone')
}

/** The processes of the last `up` that still run and are what they were: a pid may have been given to another. */
async function livingPids(): Promise<number[]> {
  const text = await readFile(pidFile, 'utf8').catch(() => '[]')
  const pids = JSON.parse(text) as number[]
  const ours = await Promise.all(pids.map(async (pid) => (await commandLine(pid)).includes(directory)))
  return pids.filter((_, index) => ours[index])
}

async function commandLine(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return text.replaceAll('\0', ' ')
}
