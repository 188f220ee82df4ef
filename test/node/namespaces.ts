import { spawn } from 'node:child_process'
import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeAddress, outsideAddress } from './addresses.ts'
import { run } from './run.ts'

/** The namespaces that a node lives in: network, mounts and processes. Who ends `pid` ends all that runs in them. */
export interface Namespaces {
  /** For `ip netns exec`. */
  readonly network: string
  /** Holds the others. Its command line names the node's directory. */
  readonly pid: number
}

/** Where the id of the process that holds the namespaces is kept. */
export const pidFile = 'pid'

/**
 * Makes the namespaces. Unless `detached`, they and all processes in them die with ours, even by SIGKILL. What
 * programs write to /run, /var/lib and /var/log lands in `directory` or nowhere.
 */
export async function makeNamespaces(
  directory: string,
  network: string,
  detached: boolean,
): Promise<Namespaces> {
  await makeNetwork(network)
  await writeFile(join(directory, 'init'), await initScript(directory))
  const unshare = 'unshare --mount --pid --fork --kill-child --mount-proc bash'.split(' ')
  const held = [`--net=/run/netns/${network}`, ...unshare, join(directory, 'init')]
  const [command, ...args] = [...(detached ? [] : ['setpriv', '--pdeathsig', 'KILL']), 'nsenter', ...held]
  const child = spawn(command ?? '', args, { stdio: 'ignore', detached })
  child.unref()
  child.on('error', () => {})
  const { pid } = child
  if (pid === undefined) throw new Error(`Cannot run ${command}: it is part of util-linux`)
  await writeFile(join(directory, pidFile), String(pid))
  await appears(join(directory, 'ready'))
  return { network, pid }
}

/** The command that runs another one inside all of the node's namespaces. */
export function entering(it: Namespaces, command: string, args: readonly string[]): [string, string[]] {
  const of = (kind: string, file = kind) => `--${kind}=/proc/${it.pid}/ns/${file}`
  const namespaces = [of('net'), of('mount', 'mnt'), of('pid', 'pid_for_children')]
  return ['nsenter', [...namespaces, '--', command, ...args]]
}

/** The command that runs another one in the node's network only: it sees this machine's files. */
export function reaching(network: string, command: string, args: readonly string[]): [string, string[]] {
  return ['nsenter', [`--net=/run/netns/${network}`, '--', command, ...args]]
}

/** Ends everything that runs in the namespaces of a node, and waits until it is gone. */
export async function endNamespaces(directory: string, pid: number): Promise<void> {
  if (!(await isHolder(directory, pid))) return
  // It dies after its first process, and that one after all others of its namespace.
  const inits = await childrenOf(pid)
  for (const it of [...inits, pid]) killQuietly(it)
  await until(async () => !(await anyRuns([...inits, pid])))
}

/** Whether a process still is the one that holds this node's namespaces: ids are used again. */
export async function isHolder(directory: string, pid: number): Promise<boolean> {
  const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return words.split('\0').includes(join(directory, 'init'))
}

/** Removes a network namespace, if it is there. Two may find the same one that a dead test left. */
export async function removeNetwork(network: string): Promise<void> {
  const isThere = () => exists(`/run/netns/${network}`)
  if (!(await isThere())) return
  await run('ip', ['netns', 'delete', network]).catch(async (error: unknown) => {
    if (await isThere()) throw error
  })
}

/** A bridge without ports holds the addresses: it is the one kind of interface that CNI needs anyway. */
async function makeNetwork(name: string): Promise<void> {
  await run('ip', ['netns', 'add', name])
  const ip = (command: string) => run('ip', ['-n', name, ...command.split(' ')])
  await ip('link set lo up')
  await ip('link add keyferry0 type bridge')
  await ip(`address add ${nodeAddress}/24 dev keyferry0`)
  await ip(`address add ${outsideAddress}/24 dev keyferry0`)
  await ip('link set keyferry0 up')
}

/** Settings of the machine's kernel that kubelet insists on: it is shown the wanted value, and the kernel is let be. */
const shownSettings: Readonly<Record<string, string>> = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
}

/** What the first process of the namespaces runs: bash, since it also reaps the orphans of others. */
async function initScript(directory: string): Promise<string> {
  const settings = Object.entries(shownSettings).map(async ([name, value]) => {
    const file = join(directory, name.replaceAll('/', '-'))
    await writeFile(file, `${value}\n`)
    return `mount --bind ${file} /proc/sys/${name}`
  })
  for (const name of ['lib', 'log']) await mkdir(join(directory, name), { recursive: true })
  return `set -e
mount -t tmpfs -o mode=755 tmpfs /run
mount --bind ${join(directory, 'lib')} /var/lib
mount --bind ${join(directory, 'log')} /var/log
${(await Promise.all(settings)).join('\n')}
touch ${join(directory, 'ready')}
while :; do sleep 3600 & wait $!; done
`
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return text.trim() === '' ? [] : text.trim().split(' ').map(Number)
}

async function anyRuns(pids: readonly number[]): Promise<boolean> {
  const states = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ')Z')))
  // One that nobody has waited for yet is a zombie: its namespaces are gone.
  return states.some((it) => !/\)\s*[ZX]/.test(it))
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It went by itself.
  }
}

async function appears(file: string): Promise<void> {
  await until(() => exists(file))
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('The namespaces of the node did not come or go within 20 s')
    await sleep(50)
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
