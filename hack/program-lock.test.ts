// A build that was interrupted holds up nobody.
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findProgram } from '../test/cluster/binaries.ts'

let folder: string

/** A cache of its own, and a `go` that builds in no time. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyferry-lock-'))
  const go = '#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\necho built > "$2"\n'
  await writeFile(join(folder, 'go'), go, { mode: 0o755 })
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH'] ?? ''}`)
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
  vi.stubEnv('KUBEBUILDER_ASSETS', '')
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

/** Where the lock of the one program lies that these tests build. */
async function lockFile(): Promise<string> {
  const program = await findProgram('gjson')
  await rm(program)
  return `${program}.lock`
}

/** No process has this number: it is beyond the largest that Linux and macOS give. */
const nobody = '99999999'

test.each([
  ['names a process that is gone', (lock: string) => symlink(nobody, lock)],
  ['names nobody', (lock: string) => mkdir(lock)],
])('a lock that %s is taken over at once', async (_what, leave) => {
  const lock = await lockFile()
  await leave(lock)
  const told: string[] = []

  const program = await findProgram('gjson', (line) => told.push(line))

  expect(told.join('\n')).not.toContain('waiting')
  expect(await readdir(dirname(program))).toEqual(['gjson'])
})

test('whoever waits for another builder says so, and goes on when that is done', async () => {
  const lock = await lockFile()
  await symlink(String(process.ppid), lock)
  const told: string[] = []

  const found = findProgram('gjson', (line) => told.push(line))
  await vi.waitFor(() => expect(told).toEqual([`waiting for gjson: another process builds it (${lock})`]))
  await rm(lock)

  await found
  expect(told.at(-1)).toContain('built gjson')
})

test('a cache that cannot be written is told with the way out', async () => {
  await writeFile(join(folder, 'cache'), 'no folder')

  await expect(findProgram('gjson')).rejects.toThrow(/XDG_CACHE_HOME/)
})
