import { beforeEach, expect, test } from 'vitest'
import { failure } from '../api/reason.ts'
import { Redacted } from '../std/redacted.ts'
import type { OpenedStore } from '../store/open.ts'
import type { ItemOutcome, ItemRequest } from '../store/provider.ts'
import { Absences, ProvenMissing } from './absences.ts'

const options = { signal: new AbortController().signal, onBehalfOf: { kind: 'ExternalSecret', name: 'db' } }
const there = (text: string): ItemOutcome => ({ ok: true, value: { text: new Redacted(text) } })
const failing = (reason: 'NotFound' | 'AccessDenied' | 'Throttled'): ItemOutcome => ({
  ok: false,
  failure: failure(reason, `Cannot read item: ${reason}`),
})

let asked: ItemRequest[][]
let checks: number
let answers: (request: ItemRequest) => ItemOutcome
let store: OpenedStore
let absences: Absences

beforeEach(() => {
  asked = []
  checks = 0
  absences = new Absences()
  const provider = {
    check: () => Promise.resolve(void checks++),
    find: () => Promise.resolve([]),
    read: (requests: readonly ItemRequest[]) => {
      asked.push([...requests])
      return Promise.resolve(requests.map((it) => answers(it)))
    },
  }
  store = { title: 'SecretStore shop/main', version: 's/1', provider }
})

const watched = () => absences.over({ of: () => store }).of(undefined)
const read = (...requests: ItemRequest[]) => watched().provider.read(requests, options)

test('what exists is asked for once', async () => {
  answers = () => there('a')

  expect(await read({ key: '/a' })).toEqual([there('a')])
  expect(asked).toHaveLength(1)
  expect([absences.count, absences.isEverythingMissing, checks]).toEqual([0, false, 0])
})

test('what is missing is asked for again, fresh, and is then proven', async () => {
  answers = ({ key }) => (key === '/a' ? there('a') : failing('NotFound'))

  const [a, b] = await read({ key: '/a' }, { key: '/b' })

  expect(a).toEqual(there('a'))
  expect(b).toMatchObject({ ok: false, failure: expect.any(ProvenMissing) })
  expect(asked[1]).toEqual([{ key: '/b', fresh: true }])
  expect([absences.count, absences.isEverythingMissing, checks]).toEqual([1, false, 1])
})

test('what a cache did not know is there', async () => {
  answers = ({ fresh }) => (fresh === true ? there('a') : failing('NotFound'))

  expect(await read({ key: '/a' })).toEqual([there('a')])
  expect(absences.count).toBe(0)
})

test('a version that is missing is no missing item', async () => {
  answers = ({ version }) => (version === undefined ? there('a') : failing('NotFound'))

  expect(await read({ key: '/a', version: '7' })).toEqual([failing('NotFound')])
  expect(absences.count).toBe(0)
})

test.each(['AccessDenied', 'Throttled'] as const)('%s proves nothing, first or second', async (reason) => {
  answers = () => failing(reason)
  expect(await read({ key: '/a' })).toEqual([failing(reason)])
  answers = ({ fresh }) => failing(fresh === true ? reason : 'NotFound')
  expect(await read({ key: '/a' })).toEqual([failing(reason)])

  expect(absences.count).toBe(0)
})

test('a login that fails between the two ends the sync', async () => {
  answers = () => failing('NotFound')
  const provider = { ...store.provider, check: () => Promise.reject(failure('AuthFailed', 'no')) }
  store = { ...store, provider }

  await expect(read({ key: '/a' })).rejects.toMatchObject({ reason: 'AuthFailed' })
})

test('everything is missing when no item exists and nothing was searched for', async () => {
  answers = () => failing('NotFound')
  await read({ key: '/a' }, { key: '/b' }, { key: '/b' })

  expect([absences.count, absences.isEverythingMissing]).toEqual([2, true])
  await watched().provider.find({ name: 'x' }, options)
  expect(absences.isEverythingMissing).toBe(false)
})

test('a store is watched once, however often it is asked for', () => {
  expect(watched()).toBe(watched())
})
