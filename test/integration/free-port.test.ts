import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { endAtExit } from '../cluster/process.ts'

const source = new URL('../cluster/free-port.ts', import.meta.url).href
const program = `
  const { freePort } = await import('${source}')
  console.log(JSON.stringify(await Promise.all(Array.from({ length: 300 }, freePort))))
  process.stdin.resume()`

/** What a process of its own is given; it lives until it is ended, as one whose servers run. */
async function portsOfProcess(): Promise<readonly number[]> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  endAtExit(child)
  const [line] = await once(createInterface(child.stdout), 'line')
  return JSON.parse(String(line))
}

test('processes that ask for ports at the same time are never given one twice', async () => {
  const given = (await Promise.all(Array.from({ length: 4 }, portsOfProcess))).flat()

  expect(given).toHaveLength(1200)
  expect(new Set(given).size).toBe(1200)
})
