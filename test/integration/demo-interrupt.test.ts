import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from '../manager/eventually.ts'

const demo = join(import.meta.dirname, '../../hack/demo/main.ts')

/** Processes that name this folder in their command line. */
async function processesOf(folder: string): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((it) => /^\d+$/.test(it))
  const lines = await Promise.all(pids.map((it) => readFile(`/proc/${it}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((it) => it.includes(folder))
}

test.skipIf(process.platform !== 'linux').each(['SIGINT', 'SIGTERM'] as const)(
  'a demo that %s ends in the midst leaves no process and no file (Linux: it looks into /proc)',
  async (signal) => {
    const folder = await mkdtemp(join(tmpdir(), 'keyferry-interrupt-'))
    const child = spawn(process.execPath, [demo, '--once'], { env: { ...process.env, TMPDIR: folder } })
    let told = ''
    child.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString()
    })
    await eventually('the API server answers', () => told.includes('2. Akeyless'), 90_000)
    expect((await processesOf(folder)).length).toBeGreaterThanOrEqual(3)

    child.kill(signal)
    await once(child, 'exit')

    expect(told).toContain(`Ended by ${signal}`)
    expect(child.exitCode).toBe(130)
    await eventually('all processes are gone', async () => (await processesOf(folder)).length === 0)
    expect(await readdir(folder)).toEqual([])
    await rm(folder, { recursive: true })
  },
)
