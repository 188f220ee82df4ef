import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Told what takes long, a line at a time. */
export type Progress = (line: string) => void

const needed = ['initdb', 'postgres', 'psql'] as const

/** Where Debian keeps the programs of each version. */
const debianRoot = '/usr/lib/postgresql'

/**
 * The folder that holds PostgreSQL's programs; Debian's package is installed when it is not there. Undefined on other
 * systems without it. Throws on Debian when it cannot be installed: there a test must not be skipped.
 */
export async function findPostgres(progress: Progress = toStderr): Promise<string | undefined> {
  const found = await search()
  if (found !== undefined || !(await isDebian())) return found
  await install(progress)
  const installed = await search()
  if (installed === undefined) throw new Error('Cannot find PostgreSQL after its package was installed')
  return installed
}

async function search(): Promise<string | undefined> {
  const versions = await readdir(debianRoot).catch(() => [])
  const debian = versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(debianRoot, version, 'bin'))
  const path = (process.env['PATH'] ?? '').split(':').filter((it) => it !== '')
  return [...debian, ...path].find((folder) => needed.every((program) => existsSync(join(folder, program))))
}

async function isDebian(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return /^ID(_LIKE)?="?([a-z ]* )?debian\b/m.test(release)
}

async function install(progress: Progress): Promise<void> {
  const started = Date.now()
  progress('installing PostgreSQL from Debian (once)')
  try {
    await apt('update')
    await apt('install', '--yes', '--no-install-recommends', 'postgresql')
  } catch (cause) {
    throw new Error('Cannot install PostgreSQL: run `apt-get install postgresql` as root', { cause })
  }
  progress(`  installed PostgreSQL in ${Math.round((Date.now() - started) / 1000)} s`)
}

/** The tests of another process may be installing it at the same time. */
function apt(...args: readonly string[]): Promise<unknown> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return run('apt-get', ['-o', 'DPkg::Lock::Timeout=90', '--quiet', ...args], { env, timeout: 100_000 })
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`)
}
