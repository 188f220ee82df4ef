import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cgroupsNamed, removeCgroup } from './cgroups.ts'
import { endNamespaces, isHolder, pidFile, removeNetwork } from './namespaces.ts'

const root = '/var/cache/keyferry-node'
const ofTests = 'test-'

/** Where all files of the node of this name are; only root may look. */
export function directoryOf(name: string): string {
  return join(root, name)
}

/** Its network namespace, for `ip netns exec`. */
export function networkOf(name: string): string {
  return `keyferry-node-${name}`
}

/** The cgroup of its pods. */
export function cgroupOf(name: string): string {
  return `keyferry-node-${name}`
}

/** Whether a node of this name runs. */
export async function isRunning(name: string): Promise<boolean> {
  const pid = await pidOf(name)
  return pid !== undefined && (await isHolder(directoryOf(name), pid))
}

/** Ends the node of this name and removes all that is left of it, also after a crash; does nothing if there is none. */
export async function removeNode(name: string): Promise<void> {
  const pid = await pidOf(name)
  if (pid !== undefined) await endNamespaces(directoryOf(name), pid)
  await removeCgroup(cgroupOf(name))
  await removeNetwork(networkOf(name))
  await rm(directoryOf(name), { recursive: true, force: true, maxRetries: 5 })
}

/** The name for the node of this process, for tests. */
export function ownName(): string {
  return `${ofTests}${process.pid}`
}

/** Removes what is left of the nodes of tests that were killed. */
export async function removeDead(): Promise<void> {
  const names = (await readdir(root).catch(() => [])).filter((it) => it.startsWith(ofTests))
  for (const name of names) {
    const isOwned = existsSync(`/proc/${name.slice(ofTests.length)}`)
    if (!isOwned && !(await isRunning(name))) await removeNode(name)
  }
}

/** What of a node of this name the machine still has: files, mounts, cgroups, network namespace, processes. */
export async function remainsOf(name: string): Promise<string[]> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((it) => it.split(' ')[1] ?? '')
  const files = (await readdir(root).catch(() => [])).filter((it) => it === name)
  const found = [
    ...files.map((it) => join(root, it)),
    ...mounts.filter((it) => it.includes(directoryOf(name)) || it.endsWith(`/${networkOf(name)}`)),
    ...(await cgroupsNamed(cgroupOf(name))),
  ]
  return [...found, ...(await processesNaming(directoryOf(name)))]
}

async function processesNaming(words: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((it) => /^\d+$/.test(it))
  const lines = pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))
  return (await Promise.all(lines)).filter((it) => it.includes(words)).map((it) => it.replaceAll('\0', ' '))
}

async function pidOf(name: string): Promise<number | undefined> {
  const text = await readFile(join(directoryOf(name), pidFile), 'utf8').catch(() => '')
  return /^\d+$/.test(text) ? Number(text) : undefined
}
