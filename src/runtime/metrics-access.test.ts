import { beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import type { ReviewedUser, TokenReview } from '../kube/client.ts'
import { ApiError, TransportError } from '../kube/errors.ts'
import { createLog } from '../std/log.ts'
import type { Redacted } from '../std/redacted.ts'
import type { Page } from './http.ts'
import { MetricsAccess } from './metrics-access.ts'

const good = 'canary-good-token'
const user: ReviewedUser = { username: 'prometheus', uid: 'u-1', groups: ['scrapers'], extra: { a: ['b'] } }
let clock: ManualClock
let lines: string[]
let asked: unknown[]
let review: (token: string) => Promise<TokenReview>
let mayGet: () => Promise<boolean>
let access: MetricsAccess

beforeEach(() => {
  clock = new ManualClock()
  ;[lines, asked] = [[], []]
  review = (token) =>
    Promise.resolve(token === good ? { authenticated: true, user } : { authenticated: false })
  mayGet = () => Promise.resolve(true)
  access = new MetricsAccess({
    reviewer: {
      reviewToken: (token: Redacted) => {
        asked.push('token')
        return review(token.reveal())
      },
      reviewAccess: (who, attributes) => {
        asked.push({ ...attributes, who })
        return mayGet()
      },
    },
    signal: new AbortController().signal,
    clock,
    log: createLog('debug', { write: (line) => void lines.push(line) }),
  })
})

async function ask(authorization: string | undefined, address = '192.0.2.1'): Promise<Page> {
  const handler = access.guard(() => ({ status: 200, body: 'metrics' }))
  return handler(new URLSearchParams(), { authorization, address })
}

function failing(error: Error): typeof review {
  // oxlint-disable-next-line promise/no-promise-in-callback
  return () => Promise.reject(error)
}

const status = async (...args: Parameters<typeof ask>) => (await ask(...args)).status

describe('who scrapes', () => {
  test('is let through where the API server knows him and lets him get /metrics', async () => {
    expect(await ask(`Bearer ${good}`)).toEqual({ status: 200, body: 'metrics' })
    expect(asked).toEqual(['token', { path: '/metrics', verb: 'get', who: user }])
  })

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Basic ${good}`,
    `Bearer ${good} x`,
    `Bearer ${'x'.repeat(16_385)}`,
  ])('is not asked about where he brings no token: %#', async (authorization) => {
    const { status: is, headers } = await ask(authorization)

    expect([is, headers, asked]).toEqual([401, { 'www-authenticate': 'Bearer' }, []])
  })

  test('is unknown with a token that the API server does not know', async () => {
    expect(await status('Bearer canary-guess')).toBe(401)
    expect(asked).toEqual(['token'])
  })

  test('is unknown where the API server knows the token and names nobody', async () => {
    review = () => Promise.resolve({ authenticated: true })

    expect(await status(`Bearer ${good}`)).toBe(401)
  })

  test('is forbidden where he may not', async () => {
    mayGet = () => Promise.resolve(false)

    expect(await status(`Bearer ${good}`)).toBe(403)
  })
})

describe('answers', () => {
  test('are asked for once a minute', async () => {
    for (let second = 0; second < 120; second++) {
      expect(await status(`Bearer ${good}`)).toBe(200)
      clock.advance(1000)
    }

    expect(asked).toHaveLength(4)
  })

  test('that refuse hold for ten seconds: a right that was granted meanwhile then counts', async () => {
    mayGet = () => Promise.resolve(false)
    await ask(`Bearer ${good}`)
    mayGet = () => Promise.resolve(true)

    expect(await status(`Bearer ${good}`)).toBe(403)
    clock.advance(10_001)
    expect(await status(`Bearer ${good}`)).toBe(200)
  })

  test('that allow hold for a minute and no longer: a right that was taken away is gone then', async () => {
    await ask(`Bearer ${good}`)
    mayGet = () => Promise.resolve(false)

    clock.advance(59_000)
    expect(await status(`Bearer ${good}`)).toBe(200)
    clock.advance(1001)
    expect(await status(`Bearer ${good}`)).toBe(403)
  })

  test('are one for scrapes at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => status(`Bearer ${good}`)))

    expect(new Set(all)).toEqual(new Set([200]))
    expect(asked).toHaveLength(2)
  })
})

describe('an API server that cannot be asked', () => {
  test.each([
    new TransportError('Cannot review a token: connection was refused', 'ECONNREFUSED'),
    new ApiError('Cannot review a token: status is 500', { status: 500 }),
  ])('lets nobody through, and is asked again at the next scrape: %s', async (why) => {
    const works = review
    review = failing(why)
    const { status: is, headers } = await ask(`Bearer ${good}`)
    review = works

    expect([is, headers]).toEqual([503, { 'retry-after': '5' }])
    expect(await status(`Bearer ${good}`)).toBe(200)
  })

  test('does not turn away those it was asked about a moment ago', async () => {
    await ask(`Bearer ${good}`)
    review = () => Promise.reject(new TransportError('Cannot review a token', 'ECONNREFUSED'))
    clock.advance(30_000)

    expect(await status(`Bearer ${good}`)).toBe(200)
  })

  test('that refuses the question is told of with the role that is missing', async () => {
    review = () => Promise.reject(new ApiError('Cannot review a token: status is 403', { status: 403 }))

    expect(await status(`Bearer ${good}`)).toBe(503)
    expect(lines.join('')).toContain('ClusterRole keyferry-metrics-auth')
  })
})

describe('whoever guesses', () => {
  test('is slowed down, and nobody at another address is', async () => {
    const guesses: number[] = []
    for (let i = 0; i < 30; i++) guesses.push(await status(`Bearer guess-${i}`))

    expect(guesses).toEqual([...Array(20).fill(401), ...Array(10).fill(429)])
    expect(asked).toHaveLength(20)
    expect(await status(`Bearer ${good}`, '192.0.2.2')).toBe(200)
  })

  test('from many addresses has at most 20 questions asked at a time', async () => {
    let release = () => undefined as void
    const held = new Promise<TokenReview>((resolve) => {
      release = () => resolve({ authenticated: false })
    })
    review = () => held
    const guesses = Array.from({ length: 50 }, (_, i) => status(`Bearer guess-${i}`, `192.0.2.${i}`))
    release()

    expect(asked).toHaveLength(20)
    expect(await Promise.all(guesses)).toEqual([...Array(20).fill(401), ...Array(30).fill(503)])
  })

  test('does not push out those who are allowed', async () => {
    await ask(`Bearer ${good}`)
    for (let i = 0; i < 2000; i++) await ask(`Bearer guess-${i}`, `address-${i}`)
    asked = []

    expect(await status(`Bearer ${good}`)).toBe(200)
    expect(asked).toEqual([])
  })
})

test('no log shows a token', async () => {
  review = () => Promise.reject(new TransportError('Cannot review a token', 'ECONNRESET'))
  await ask(`Bearer ${good}`)

  expect(lines).toHaveLength(1)
  expect(lines.join('')).not.toContain('canary')
})
