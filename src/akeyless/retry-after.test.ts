import { expect, test } from 'vitest'
import { accessId, accessKey, createBench } from '../../test/contract/akeyless-bench.ts'
import { startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import { Failure } from '../std/failure.ts'

test.each([
  ['120', 120_000],
  ['soon', undefined],
])('Retry-After %s of a Gateway is %d ms', async (retryAfter, ms) => {
  expect(await asked(retryAfter)).toBe(ms)
})

/** The wait that a failure names after a 503 with this header. */
async function asked(retryAfter: string): Promise<number | undefined> {
  await using akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId, accessKey, admin: true })
  akeyless.state.secret('/a', { value: 'alpha' })
  const bench = createBench({ url: akeyless.url })
  const provider = bench.open()
  await bench.read(provider, '/a')
  akeyless.state.fault({ kind: 'status', status: 503, retryAfter, path: '/get-secret-value' })
  expect(await bench.read(provider, '/a')).toEqual(['GatewayUnreachable'])
  await bench.close()
  const [error] = bench.errors
  return error instanceof Failure ? error.retryAfterMs : undefined
}
