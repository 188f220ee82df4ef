import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Failure } from '../../src/std/failure.ts'
import type { Provider, ReadOptions } from '../../src/store/provider.ts'

/**
 * A provider that holds what the suite asks for: `/contract/a` is `alpha`, `/contract/b` is `beta`, and nothing else
 * under `/contract/`.
 */
export interface ProviderUnderTest extends AsyncDisposable {
  readonly provider: Provider
  /** A version of `/contract/a` that exists, and its value. */
  readonly version: { readonly name: string; readonly value: string }
}

const options = (signal = AbortSignal.timeout(10_000)): ReadOptions => ({
  signal,
  onBehalfOf: { kind: 'ExternalSecret', namespace: 'contract', name: 'suite' },
})

/** What every secrets provider must do, whatever is behind it. */
export function providerContract(name: string, makeProvider: () => Promise<ProviderUnderTest>): void {
  describe(`provider ${name}`, () => {
    let given: ProviderUnderTest
    beforeAll(async () => {
      given = await makeProvider()
    })
    afterAll(() => given[Symbol.asyncDispose]())

    test('passes the check when the login is good', async () => {
      await expect(given.provider.check(options())).resolves.toBeUndefined()
    })

    test('answers requests in their order, equal ones too', async () => {
      const keys = ['/contract/b', '/contract/a', '/contract/b']

      const outcomes = await given.provider.read(
        keys.map((key) => ({ key })),
        options(),
      )

      expect(outcomes.map((it) => it.ok && it.value.text.reveal())).toEqual(['beta', 'alpha', 'beta'])
    })

    test('answers no request with no outcome', async () => {
      expect(await given.provider.read([], options())).toEqual([])
    })

    test('a missing item is NotFound and harms no neighbour', async () => {
      const outcomes = await given.provider.read(
        [{ key: '/contract/none' }, { key: '/contract/a' }],
        options(),
      )

      const [missing, there] = outcomes
      expect(missing).toMatchObject({ ok: false, failure: expect.any(Failure) })
      expect(missing?.ok === false && (missing.failure as Failure).reason).toBe('NotFound')
      expect(missing?.ok === false && missing.failure.message).toContain('/contract/none')
      expect(there?.ok).toBe(true)
    })

    test('reads the version that is asked for, and says so', async () => {
      const { name: version, value } = given.version

      const [outcome] = await given.provider.read([{ key: '/contract/a', version }], options())

      expect(outcome?.ok && outcome.value.text.reveal()).toBe(value)
      expect(outcome?.ok && outcome.value.version).toBe(version)
    })

    test('a fresh read gives the same value', async () => {
      const [outcome] = await given.provider.read([{ key: '/contract/a', fresh: true }], options())

      expect(outcome?.ok && outcome.value.text.reveal()).toBe('alpha')
    })

    test('values do not show when they are printed', async () => {
      const outcomes = await given.provider.read([{ key: '/contract/a' }], options())
      const found = await given.provider.find({ name: '^/contract/a' }, options())

      expect(JSON.stringify([outcomes, found])).not.toContain('alpha')
    })

    test('tags are a JSON array, and no value', async () => {
      const requests = [{ key: '/contract/a', part: 'tags' as const }, { key: '/contract/a' }]

      const [tags, value] = await given.provider.read(requests, options())

      expect(tags?.ok && JSON.parse(tags.value.text.reveal())).toBeInstanceOf(Array)
      expect(value?.ok && value.value.text.reveal()).toBe('alpha')
    })

    test.each([
      ['^/contract/', ['/contract/a', '/contract/b']],
      ['tract/[b-z]$', ['/contract/b']],
      ['(?i)/CONTRACT/A', ['/contract/a']],
      ['^contract', []],
    ])('finds by the pattern %s, sorted by name', async (pattern, names) => {
      const found = await given.provider.find({ name: pattern }, options())

      expect(found.map((it) => it.key)).toEqual(names)
    })

    test('finds items with their values', async () => {
      const found = await given.provider.find({ name: '/b$' }, options())

      expect(found.map((it) => it.value.text.reveal())).toEqual(['beta'])
    })

    test.each([
      ['a pattern that is none', { name: '(' }],
      ['a path alone', { path: '/contract' }],
      ['nothing', {}],
    ])('refuses to find by %s', async (_, request) => {
      await expect(given.provider.find(request, options())).rejects.toMatchObject({ reason: 'InvalidSpec' })
    })

    test('an aborted signal ends check, read and find with its reason', async () => {
      const reason = new Error('enough')

      const check = given.provider.check(options(AbortSignal.abort(reason)))
      const read = given.provider.read([{ key: '/contract/a' }], options(AbortSignal.abort(reason)))

      const find = given.provider.find({ name: 'a' }, options(AbortSignal.abort(reason)))

      const ends = await Promise.allSettled([check, read, find])
      expect(ends).toEqual([
        { status: 'rejected', reason },
        { status: 'rejected', reason },
        { status: 'rejected', reason },
      ])
    })
  })
}
