import { expect, test } from 'vitest'
import { failure } from '../api/reason.ts'
import { ApiError } from '../kube/errors.ts'
import { systemClock } from '../std/clock.ts'
import { Redacted } from '../std/redacted.ts'
import { Legs } from './legs.ts'
import { checkLogin, type WayIn } from './login.ts'

const legs = new Legs({ clock: systemClock, timeoutMs: 1000, signal: new AbortController().signal })
const jwt = new Redacted('jwt-canary')
const token = { of: 'ServiceAccount shop/app', get: () => Promise.resolve(jwt) }
const accepts = () => Promise.resolve({ authenticated: true })
const title = 'SecretStore shop/a'

async function walked(way: Partial<WayIn>): Promise<readonly (readonly [string, string])[]> {
  const findings = await checkLogin({ title, logIn: () => Promise.resolve(), ...way }, legs)
  expect(JSON.stringify(findings)).not.toContain('canary')
  return findings.map((it) => [it.check, it.status])
}

test('a way in without a token has one leg, one with Kubernetes auth has three', async () => {
  expect(await walked({})).toEqual([['login', 'ok']])
  expect(await walked({ token, review: accepts })).toEqual([
    ['token-request', 'ok'],
    ['token-review', 'ok'],
    ['login', 'ok'],
  ])
})

test('what comes after a leg that failed is skipped', async () => {
  const get = () => Promise.reject(failure('AuthFailed', 'Cannot request a token'))
  expect(await walked({ token: { ...token, get }, review: accepts })).toEqual([
    ['token-request', 'failed'],
    ['token-review', 'skipped'],
    ['login', 'skipped'],
  ])
  const refuses = () => Promise.resolve({ authenticated: false })
  expect(await walked({ held: () => Promise.resolve(jwt), review: refuses })).toEqual([
    ['token-review', 'failed'],
    ['login', 'skipped'],
  ])
})

test('without the right to ask for a review the login is tried all the same', async () => {
  const review = () => Promise.reject(new ApiError('Cannot review a token: status is 403', { status: 403 }))

  expect(await walked({ token, review })).toEqual([
    ['token-request', 'ok'],
    ['token-review', 'skipped'],
    ['login', 'ok'],
  ])
})

test('a Gateway that fails a login after it answered and the JWT was accepted has its own TokenReview to mend', async () => {
  const logIn = () =>
    Promise.reject(failure('GatewayUnreachable', 'Cannot log in: status is 502; look at its log'))
  const findings = await checkLogin({ title, token, review: accepts, logIn }, legs)

  expect(findings.at(-1)).toMatchObject({
    check: 'login',
    status: 'failed',
    message: 'GatewayUnreachable: Cannot log in: status is 502, though it answers and the JWT is good',
    remedy: expect.stringContaining('its own TokenReview fails') as string,
  })
  const alone = await checkLogin({ title, logIn }, legs)
  expect(alone.at(-1)?.remedy).toBe('look at its log')
})
