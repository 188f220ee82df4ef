// hack/node: a real node as something a person can keep.
import { spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { importArchive } from './images.ts'
import { reaching } from './namespaces.ts'
import { type NodeFacts, startNode } from './node.ts'
import { findPrograms } from './programs.ts'
import { directoryOf, isRunning, removeNode } from './remains.ts'
import { whyNoNode } from './requirements.ts'

const name = 'main'
const factsFile = join(directoryOf(name), 'facts.json')
const say = (line: string) => process.stderr.write(`${line}\n`)

const commands: Record<string, (args: readonly string[]) => Promise<void>> = {
  build,
  up,
  env,
  exec,
  image,
  down,
}
const [verb = '', ...rest] = process.argv.slice(2)
const command = commands[verb]
if (command === undefined) fail('usage: hack/node build|up|env|exec -- COMMAND...|image FILE|down', 2)
else await command(rest)

async function build(): Promise<void> {
  await findPrograms(say)
}

async function up(): Promise<void> {
  if (await isRunning(name)) {
    say('The node runs already: hack/node exec -- kubectl get pods -A')
    return
  }
  const reason = await whyNoNode(say)
  if (reason !== undefined) return fail(`A node cannot run here: ${reason}`, 1)
  const facts = await startNode(name, { progress: say, detached: true })
  await mkdir(dirname(factsFile), { recursive: true })
  await writeFile(factsFile, JSON.stringify(facts))
  say('The node is ready: hack/node exec -- kubectl get pods -A')
}

async function env(): Promise<void> {
  const facts = await demandNode()
  if (facts === undefined) return
  console.log(`export KUBECONFIG='${facts.kubeconfigFile}'`)
  console.log(`export KEYFERRY_NODE='${facts.namespaces.network}'`)
  console.log(`export PATH='${dirname(facts.kubectl)}':"$PATH"`)
}

/** The command sees this machine's files, and no network but the node's. */
async function exec(args: readonly string[]): Promise<void> {
  const facts = await demandNode()
  if (facts === undefined) return
  const [program = 'kubectl', ...words] = args[0] === '--' ? args.slice(1) : args
  const PATH = `${dirname(facts.kubectl)}:${process.env['PATH'] ?? ''}`
  const child = spawn(...reaching(facts.namespaces.network, program, words), {
    stdio: 'inherit',
    env: { ...process.env, PATH, KUBECONFIG: facts.kubeconfigFile },
  })
  child.on('error', () => fail('Cannot run nsenter: it is part of util-linux', 1))
  child.on('exit', (code) => {
    process.exitCode = code ?? 1
  })
}

async function image([file]: readonly string[]): Promise<void> {
  const facts = await demandNode()
  if (facts === undefined) return
  if (file === undefined) return fail('usage: hack/node image FILE', 2)
  await importArchive(facts, file)
}

async function down(): Promise<void> {
  await removeNode(name)
  say('The node is gone')
}

async function demandNode(): Promise<NodeFacts | undefined> {
  if (await isRunning(name)) return JSON.parse(await readFile(factsFile, 'utf8')) as NodeFacts
  fail('There is no node: hack/node up', 1)
  return undefined
}

function fail(words: string, code: number): void {
  say(words)
  process.exitCode = code
}
