import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'
import { missingPrograms, wordsOfFailure } from './requirements.ts'

test('each program that the demo needs and does not find is named with what it is for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keyferry-path-'))
  await writeFile(join(folder, 'go'), '', { mode: 0o755 })
  await writeFile(join(folder, 'openssl'), 'may not be run', { mode: 0o644 })

  expect(await missingPrograms('')).toEqual([
    'go is not on the PATH: Go builds the API server and cert-manager',
    'openssl is not on the PATH: openssl makes the certificates of the cluster',
  ])
  expect(await missingPrograms(`/nowhere${delimiter}${folder}`)).toEqual([
    'openssl is not on the PATH: openssl makes the certificates of the cluster',
  ])
  await rm(folder, { recursive: true })
})

test('a failure is told with its causes and without stacks', () => {
  const failure = new Error('Cannot build', { cause: new Error('the disk is full') })

  expect(wordsOfFailure(failure)).toBe('Cannot build\n   because: the disk is full')
})
