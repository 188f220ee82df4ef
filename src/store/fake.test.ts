import { expect, test } from 'vitest'
import { MemoryReferences } from '../../test/contract/memory-references.ts'
import { providerContract } from '../../test/contract/provider.ts'
import type { FakeProvider } from '../api/fake-spec.ts'
import { createLog } from '../std/log.ts'
import { fake } from './fake.ts'

const open = (spec: FakeProvider) =>
  fake.open({
    title: 'SecretStore shop/fake',
    spec: { provider: { fake: spec } },
    references: new MemoryReferences(),
    log: createLog('silent'),
  })

providerContract('fake', async () => {
  const data = [
    { key: '/contract/a', value: 'alpha' },
    { key: '/contract/a', value: 'older', version: 'v1' },
    { key: '/contract/b', value: 'beta' },
  ]
  return {
    provider: open({ data }),
    version: { name: 'v1', value: 'older' },
    [Symbol.asyncDispose]: async () => {},
  }
})

test.each([
  [undefined, 'ok'],
  [0, 'ok'],
  [1, 'ok'],
  [2, 'AuthFailed'],
])('validationResult %s gives %s', async (validationResult, expected) => {
  const provider = open({ data: [], ...(validationResult !== undefined && { validationResult }) })

  const reason = await provider
    .check({ signal: AbortSignal.timeout(1000), onBehalfOf: { kind: 'SecretStore', name: 'fake' } })
    .then(
      () => 'ok',
      (error: { reason: string }) => error.reason,
    )

  expect(reason).toBe(expected)
})

test('find takes the last version of each item, compared as text, and looks past the path', async () => {
  const data = [
    { key: 'a', value: '10', version: 'v10' },
    { key: 'a', value: '9', version: 'v9' },
    { key: 'a', value: 'none' },
    { key: 'b', value: 'x' },
  ]
  const options = { signal: AbortSignal.timeout(1000), onBehalfOf: { kind: 'ExternalSecret', name: 'a' } }

  const found = await open({ data }).find({ name: '', path: '/elsewhere' }, options)

  expect(found.map((it) => [it.key, it.value.text.reveal()])).toEqual([
    ['a', '9'],
    ['b', 'x'],
  ])
})

test('a store without the fake provider cannot be opened', () => {
  const options = { title: 'SecretStore a/b', references: new MemoryReferences(), log: createLog('silent') }

  expect(() => fake.open({ ...options, spec: { provider: {} } })).toThrow(/spec\.provider\.fake is missing/)
})
