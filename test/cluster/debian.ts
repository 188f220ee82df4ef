import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Told what takes long, a line at a time. */
export type Progress = (line: string) => void

/** Whether this machine is a Debian, where `apt-get` brings what is missing. */
export async function isDebian(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return /^ID(_LIKE)?="?([a-z ]* )?debian\b/m.test(release)
}

/** Installs packages of Debian, as root. Throws with what a person can do when that fails. */
export async function installDebianPackages(
  names: readonly string[],
  progress: Progress = toStderr,
): Promise<void> {
  const started = Date.now()
  const list = names.join(' ')
  progress(`installing ${list} from Debian (once)`)
  try {
    await update(aptHidden)
    await aptHidden('install', '--yes', '--no-install-recommends', ...names)
  } catch (cause) {
    throw new Error(`Cannot install ${list}: run \`apt-get install ${list}\` as root`, { cause })
  }
  progress(`  installed ${list} in ${Math.round((Date.now() - started) / 1000)} s`)
}

/** Runs apt-get with these words. */
export type Apt = (...args: readonly string[]) => Promise<string>

/** The lock of the lists is not waited for as that of dpkg is, and the tests of another process may install too. */
export async function update(apt: Apt, attempts = 30): Promise<void> {
  try {
    await apt('update')
  } catch (error) {
    if (attempts <= 1 || !/Could not get lock/.test(String(error))) throw error
    await sleep(1000)
    await update(apt, attempts - 1)
  }
}

export const quietApt = ['-qq', '-o', 'DPkg::Lock::Timeout=90', '-o', 'APT::Sandbox::User=root']
export const aptEnv = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }

/** Whoever does not see systemd's folder does not start the service of a package: tests run programs of their own. */
async function aptHidden(...args: readonly string[]): Promise<string> {
  const hide = 'if [ -d /run/systemd ]; then mount -t tmpfs tmpfs /run/systemd || exit; fi; exec apt-get "$@"'
  const words = ['--mount', 'sh', '-c', hide, 'apt-get', ...quietApt, ...args]
  return (await run('unshare', words, { env: aptEnv, timeout: 150_000 })).stdout
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`)
}
