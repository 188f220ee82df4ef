import { access, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const root = '/sys/fs/cgroup'

/** Makes a cgroup of this name at the top of every hierarchy (version 1), or of the only one: pods live below it. */
export async function makeCgroup(name: string): Promise<void> {
  if (await exists(join(root, 'cgroup.controllers'))) await passOn(root)
  for (const top of await hierarchies()) {
    await mkdir(join(top, name), { recursive: true })
    await inheritCpus(top, join(top, name))
    if (await exists(join(top, 'cgroup.controllers'))) await passOn(join(top, name))
  }
}

/** Removes the cgroup with all below it. Nothing may run in them any more. */
export async function removeCgroup(name: string): Promise<void> {
  for (const top of await hierarchies()) await removeTree(join(top, name))
}

/** The cgroups of this name that there are. */
export async function cgroupsNamed(name: string): Promise<string[]> {
  const found: string[] = []
  for (const top of await hierarchies()) if (await exists(join(top, name))) found.push(join(top, name))
  return found
}

/** With version 2 the root is the only hierarchy; with version 1 each controller has one, and links to some. */
async function hierarchies(): Promise<string[]> {
  if (await exists(join(root, 'cgroup.controllers'))) return [root]
  const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
  return entries.filter((it) => it.isDirectory()).map((it) => join(root, it.name))
}

/** A new cpuset of version 1 is empty, and nothing can run in it. */
async function inheritCpus(top: string, directory: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const value = await readFile(join(top, file), 'utf8').catch(() => '')
    if (value.trim() !== '') await writeFile(join(directory, file), value).catch(() => {})
  }
}

/** Version 2: controllers must be passed on to what is below. Those that cannot be are not needed. */
async function passOn(directory: string): Promise<void> {
  const controllers = await readFile(join(directory, 'cgroup.controllers'), 'utf8')
  for (const name of controllers.trim().split(' '))
    await writeFile(join(directory, 'cgroup.subtree_control'), `+${name}`).catch(() => {})
}

async function removeTree(directory: string): Promise<void> {
  const below = await readdir(directory, { withFileTypes: true }).catch(() => [])
  for (const it of below) if (it.isDirectory()) await removeTree(join(directory, it.name))
  // The kernel takes a moment to forget the last process.
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await rmdir(directory).then(() => true, isGone)) return
    await sleep(50)
  }
  throw new Error(`Cannot remove the cgroup ${directory}: something runs in it`)
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
