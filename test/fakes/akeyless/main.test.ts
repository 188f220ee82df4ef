import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { login, post } from './bare-client.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'akeyless-stand-in-'))
})
afterEach(() => rm(folder, { recursive: true }))

function start(...args: readonly string[]) {
  return spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

test('the command seeds an account from a file and tells every call', async () => {
  const file = join(folder, 'seed.yaml')
  await writeFile(
    file,
    `accessKeys: [{accessId: p-1, accessKey: made-up}]
roles: [{accessId: p-1, rules: [{path: /demo/*, capabilities: [read]}]}]
secrets: {/demo/db: {value: canary-value, tags: [x]}}
rotated: {/demo/r: {username: u, password: p}}
`,
  )
  const child = start('--seed-file', file, '--guess-seed', '7')
  const lines: string[] = []
  const reader = createInterface(child.stdout)
  reader.on('line', (line) => lines.push(line))
  await once(reader, 'line')
  const url = /http:\S+/.exec(lines[0] ?? '')?.[0] ?? ''

  const token = await login(url, 'p-1', 'made-up')
  const { json } = await post(url, '/get-secret-value', { token, names: ['/demo/db'] })
  child.kill('SIGTERM')
  const [code] = (await once(child, 'exit')) as [number | null]

  expect(code).toBe(0)
  expect(json).toEqual({ '/demo/db': 'canary-value' })
  expect(lines[0]).toContain('seed 7')
  expect(lines[1]).toMatch(/ login by p-1: 20[01]$/)
  expect(lines[2]).toMatch(/ value of \/demo\/db read by p-1: 200$/)
  expect(lines.join('\n')).not.toContain('canary-value')
})

test('a seed file that says something unknown ends the command with what is wrong', async () => {
  const file = join(folder, 'seed.yaml')
  await writeFile(file, 'sekrets: {}\n')
  const child = start('--seed-file', file)
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))

  const [code] = (await once(child, 'close')) as [number | null]

  expect(code).toBe(1)
  expect(errors).toContain('Cannot start the Akeyless stand-in')
  expect(errors).toContain('sekrets')
})
