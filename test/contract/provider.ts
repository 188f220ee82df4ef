import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Failure } from '../../src/std/failure.ts'
import type { Provider, ReadOptions } from '../../src/store/provider.ts'

/** A provider that holds what the suite asks for: `/contract/a` is `alpha`, `/contract/b` is `beta`. */
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

      expect(JSON.stringify(outcomes)).not.toContain('alpha')
    })

    test('an aborted signal ends check and read with its reason', async () => {
      const reason = new Error('enough')

      const check = given.provider.check(options(AbortSignal.abort(reason)))
      const read = given.provider.read([{ key: '/contract/a' }], options(AbortSignal.abort(reason)))

      const ends = await Promise.allSettled([check, read])
      expect(ends).toEqual([
        { status: 'rejected', reason },
        { status: 'rejected', reason },
      ])
    })
  })
}
