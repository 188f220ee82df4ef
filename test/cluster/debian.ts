import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Told what takes long, a line at a time. */
export type Progress = (line: string) => void

export async function isDebian(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return /^ID(_LIKE)?="?([a-z ]* )?debian\b/m.test(release)
}

/** Installs a package of Debian. Throws with what a person can do when that fails. */
export async function installDebianPackage(name: string, progress: Progress = toStderr): Promise<void> {
  const started = Date.now()
  progress(`installing ${name} from Debian (once)`)
  try {
    await apt('update')
    await apt('install', '--yes', '--no-install-recommends', name)
  } catch (cause) {
    throw new Error(`Cannot install ${name}: run \`apt-get install ${name}\` as root`, { cause })
  }
  progress(`  installed ${name} in ${Math.round((Date.now() - started) / 1000)} s`)
}

/** The tests of another process may be installing something at the same time. */
function apt(...args: readonly string[]): Promise<unknown> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return run('apt-get', ['-o', 'DPkg::Lock::Timeout=90', '--quiet', ...args], { env, timeout: 100_000 })
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`)
}
