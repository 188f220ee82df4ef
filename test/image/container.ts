import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Running, start } from '../cluster/process.ts'
import type { ImageConfig } from './oci.ts'

/** An image that was unpacked, with what a container runtime needs to know of it. */
export interface Unpacked {
  readonly folder: string
  readonly config: ImageConfig
}

export interface ContainerOptions {
  readonly args: readonly string[]
  /** In place of the image's own entrypoint. */
  readonly entrypoint?: readonly string[]
  /** Mounted read-only at `mountedAt`: names and texts. */
  readonly files?: Readonly<Record<string, string>>
}

/** Where the files of a container are seen inside it. */
export const mountedAt = '/mnt'

/** Binds the root over itself so that it can be made read-only for this mount namespace alone; nothing else is there. */
const script = `set -e
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
mount --bind "$2" "$1${mountedAt}"
mount -o remount,bind,ro "$1${mountedAt}"
mount -o remount,bind,ro "$1"
shift 2
exec "$@"`

/**
 * Runs an unpacked image as a container runtime would under the chart's security context: its user, its environment
 * and nothing of ours, a read-only root, no right to gain any. The network is this machine's. Needs root on Linux.
 */
export async function startContainer(
  image: Unpacked,
  options: ContainerOptions,
): Promise<AsyncDisposable & Running> {
  const { folder, config } = image
  const outside = await mkdtemp(`${folder}.run-`)
  const files = join(outside, 'files')
  await writeAll(files, options.files ?? {})
  for (const it of ['proc', mountedAt]) await mkdir(join(folder, it), { recursive: true })
  const entrypoint = options.entrypoint ?? config.config.Entrypoint
  const program = [...entrypoint, ...options.args]
  const isolate = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', folder, files]
  const enter = [
    'env',
    '-i',
    ...config.config.Env,
    'chroot',
    `--userspec=${config.config.User}`,
    '--groups=',
    folder,
  ]
  const all = ['--no-new-privs', 'unshare', ...isolate, ...enter, ...program]
  const running = start('setpriv', all, { logFile: join(outside, 'log') })
  return {
    ...running,
    [Symbol.asyncDispose]: async () => {
      await running.end('SIGTERM')
      await rm(outside, { recursive: true, force: true })
    },
  }
}

/** Readable for the image's user, who is nobody here. */
async function writeAll(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder)
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  await chmod(folder, 0o755)
}

/** Resident memory of a process as Linux counts it now, in megabytes of 2^20 bytes. */
export async function rssMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}
