import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Progress } from '../cluster/debian.ts'

/** Where buildah keeps its images and containers. */
export interface Store {
  readonly root: string
  /** Another root, of which the images may be used and nothing is changed. */
  readonly readOnly?: string
}

/**
 * Runs `buildah build` with `args` in a store; state of the run is gone with it. Throws with the last lines that it
 * printed when it fails.
 */
export async function buildahBuild(store: Store, args: readonly string[], progress: Progress): Promise<void> {
  const runroot = await mkdtemp(join(tmpdir(), 'keyferry-buildah-'))
  const storage = ['--root', store.root, '--runroot', runroot, '--storage-driver', 'vfs']
  const lent = store.readOnly === undefined ? [] : ['--storage-opt', `vfs.imagestore=${store.readOnly}`]
  try {
    await run([...storage, ...lent, 'build', '--isolation', 'chroot', ...args], runroot, progress)
  } finally {
    await rm(runroot, { recursive: true, force: true })
  }
}

function run(args: readonly string[], temporary: string, progress: Progress): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, TMPDIR: temporary }
    const child = spawn('buildah', args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let words = ''
    const hear = (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-4000)
      for (const line of chunk.toString().split('\n'))
        if (line.includes('STEP ')) progress(`  ${line.slice(0, 100)}`)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('error', (cause) => reject(new Error('Cannot run buildah', { cause })))
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`buildah exited with ${code}:\n${words}`)),
    )
  })
}
