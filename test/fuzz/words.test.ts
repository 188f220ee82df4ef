import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTime, parseTtl } from '../../src/akeyless/expiry.ts'
import { parseGatewayUrl } from '../../src/akeyless/gateway-url.ts'
import { expiryOfJwt } from '../../src/akeyless/jwt-expiry.ts'
import { permittedFrom } from '../../src/externalsecret/sync-windows.ts'
import { classOf } from '../../src/net/address.ts'
import { parseBindAddress } from '../../src/runtime/http.ts'
import { parseDuration } from '../../src/std/duration.ts'
import { Failure } from '../../src/std/failure.ts'
import { admits } from '../../src/store/conditions.ts'
import { namespacePattern } from '../../src/store/namespace-pattern.ts'
import { both, canary, fuzz, nothing } from './fuzz.ts'
import { mutated } from './mutated.ts'

const isFailure = (error: unknown) => error instanceof Failure
const isNumber = (value: unknown) => value === undefined || Number.isFinite(value)

test('a duration is milliseconds or none, whatever is written', () => {
  expect(
    fuzz(
      mutated('1h30m', '-1.5s', '0', '.5us', '9'.repeat(60) + 'h'),
      (text) => {
        if (!isNumber(parseDuration(text))) throw new Error('no number')
      },
      { isOwn: nothing, runs: 3000, msPerKilobyte: 1 },
    ),
  ).toEqual(['taken'])
})

test('a time or an expiry that a provider wrote is a number or none', () => {
  const jwt = `e30.${Buffer.from(`{"exp":1893456000,"sub":"${canary}"}`).toString('base64url')}.x`
  const texts = mutated(
    '2026-01-02T03:04:05Z',
    '2026-01-02 03:04:05.123456789 +0000 UTC',
    '1893456000',
    '600',
    jwt,
  )
  expect(
    fuzz(
      texts,
      (text) => {
        if (![parseTime(text), parseTtl(text), expiryOfJwt(text)].every(isNumber))
          throw new Error('no number')
      },
      { isOwn: nothing, runs: 3000, msPerKilobyte: 1 },
    ),
  ).toEqual(['taken'])
})

test('a schedule of a sync window is read or never open', () => {
  expect(
    fuzz(
      mutated('0 8 * * 1-5', '*/5 0-6,22 1,15 JAN-DEC MON', '@daily', '0 0 30 2 *'),
      (schedule) => {
        const next = permittedFrom(
          { kind: 'allow', windows: [{ schedule, duration: '1h' }] },
          1_767_322_800_000,
        )
        if (!isNumber(next)) throw new Error('no number')
      },
      { isOwn: nothing, runs: 500 },
    ),
  ).toEqual(['taken'])
})

const rules = { insecureLocalEndpoints: false, apiServerHosts: ['10.96.0.1'] }

test('a Gateway URL leads to no forbidden address, or is refused without its credentials being shown', () => {
  const urls = mutated(
    `https://user:${canary}@gateway.example.com/`,
    `https://gateway.example.com/?token=${canary}`,
    `https://gateway.example.com/#${canary}`,
    'https://127.0.0.1:8000/api/v2',
    'https://0x7f.0.0.01/',
    'https://[::ffff:169.254.169.254]:443/v2/',
    'https://[64:ff9b::7f00:1]/',
    'https://2852039166/',
    'https://１２７。0。0。1',
  )
  expect(
    fuzz(
      urls,
      (text) => {
        const { hostname } = parseGatewayUrl(text, rules)
        if (/^[\d.]+$|:/.test(hostname) && classOf(hostname, rules.apiServerHosts) !== undefined)
          throw new Error(`led to ${hostname}`)
      },
      { isOwn: isFailure, runs: 5000, msPerKilobyte: 2 },
    ),
  ).toEqual(both)
})

test('every spelling of every forbidden IPv4 address is refused', () => {
  const forbidden = fc.oneof(
    fc.tuple(fc.constant(127), fc.nat(255), fc.nat(255), fc.nat(255)),
    fc.tuple(fc.constant(169), fc.constant(254), fc.nat(255), fc.nat(255)),
    fc.tuple(fc.constant(0), fc.nat(255), fc.nat(255), fc.nat(255)),
    fc.constantFrom([168, 63, 129, 16] as const, [10, 96, 0, 1] as const),
  )
  const spelt = fc.tuple(forbidden, fc.nat(spellings.length - 1)).map(([address, index]) => {
    const spell = spellings[index]
    return spell === undefined ? '' : `https://${spell([...address])}/`
  })
  expect(
    fuzz(
      spelt,
      (url) => {
        parseGatewayUrl(url, rules)
        throw new Error(`took ${url}`)
      },
      { isOwn: (error) => error instanceof Failure && error.reason === 'InvalidSpec', runs: 3000 },
    ),
  ).toEqual(['refused'])
})

type Address = readonly number[]
const whole = (address: Address) => address.reduce((sum, it) => sum * 256 + it, 0)
const words = ([a = 0, b = 0, c = 0, d = 0]: Address) =>
  `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
const spellings: readonly ((address: Address) => string)[] = [
  (it) => it.join('.'),
  (it) => `${it.join('.')}.`,
  (it) => String(whole(it)),
  (it) => `0x${whole(it).toString(16)}`,
  (it) => `0${whole(it).toString(8)}`,
  (it) => it.map((byte) => `0${byte.toString(8)}`).join('.'),
  (it) => it.map((byte) => `0x${byte.toString(16)}`).join('.'),
  ([a = 0, b = 0, c = 0, d = 0]) => `${a}.${b}.${c * 256 + d}`,
  ([a = 0, ...rest]) => `${a}.${whole(rest)}`,
  (it) => it.join('.').replaceAll('.', '。'),
  (it) => it.join('.').replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  (it) => it.join('.').replaceAll('.', '%2e'),
  (it) => `[::ffff:${it.join('.')}]`,
  (it) => `[::ffff:${words(it)}]`,
  (it) => `[0:0:0:0:0:ffff:${words(it)}]`,
  (it) => `[::ffff:0:${words(it)}]`,
  (it) => `[64:ff9b::${words(it)}]`,
  (it) => `[64:ff9b:1::${words(it)}]`,
  (it) => `[2002:${words(it)}::1]`,
]

test('a pattern of namespaces is refused or quick, however it repeats', () => {
  const names = ['a'.repeat(63), `${'a'.repeat(62)}!`, `${'ab-'.repeat(20)}x`]
  const patterns = mutated(
    'team-[a-z]+',
    '(a|b)*c',
    'a*a*a*a*b',
    '[a-z]*[a-z0-9]*[^x]*-prod',
    '(?:x+)',
    'a{1,99}a{1,99}',
  )
  expect(
    fuzz(
      patterns,
      (pattern) => {
        const test = namespacePattern(pattern, 'spec.conditions[0].namespaceRegexes[0]')
        for (const name of names) test(name)
      },
      { isOwn: isFailure, runs: 3000, baseMs: 100, msPerKilobyte: 5 },
    ),
  ).toEqual(both)
})

test('a pattern of namespaces admits whole names only', () => {
  const pattern = fc.constantFrom('prod', 'team-a|team-b', '[a-z]{3}', 'x.?')
  fc.assert(
    fc.property(pattern, fc.stringMatching(/^[a-z-]{1,4}$/), (text, noise) => {
      const test = namespacePattern(text, 'p')
      const isWhole = (name: string) => text.split('|').some((it) => new RegExp(`^${it}$`).test(name))
      for (const name of [`${noise}prod`, `prod${noise}`, `team-a${noise}`, noise])
        expect(test(name)).toBe(isWhole(name))
    }),
    { seed: 3, numRuns: 300 },
  )
})

test('selectors with names of JavaScript’s own objects match by labels only', () => {
  const keys = fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'team')
  const operators = fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist')
  fc.assert(
    fc.property(keys, operators, fc.boolean(), (key, operator, isLabelled) => {
      const labels = isLabelled ? Object.fromEntries([[key, 'a']]) : {}
      const conditions = [{ namespaceSelector: { matchExpressions: [{ key, operator, values: ['a'] }] } }]
      const wanted = operator === 'In' || operator === 'Exists' ? isLabelled : !isLabelled
      expect(admits(conditions, 'n', { metadata: { name: 'n', labels } })).toBe(wanted)
    }),
    { seed: 4, numRuns: 200 },
  )
})

test('a bind address is read or a RangeError', () => {
  expect(
    fuzz(mutated(':8080', '127.0.0.1:0', '[::1]:8081'), (text) => parseBindAddress(text), {
      isOwn: (error) => error instanceof RangeError,
      runs: 1000,
    }),
  ).toEqual(both)
})
