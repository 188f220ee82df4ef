import { expect, test } from 'vitest'
import { networkFailure } from '../akeyless/gateway-failure.ts'
import { failure } from '../api/reason.ts'
import { isCut } from './network-failure.ts'

const coded = (code: string, options?: ErrorOptions) =>
  Object.assign(new Error('canary words', options), { code })

test.each([
  ['ENOTFOUND', 'DNSFailure', 'does not resolve'],
  ['ENODATA', 'DNSFailure', 'does not resolve'],
  ['EAI_AGAIN', 'DNSFailure', 'cannot be looked up; check the DNS of the cluster'],
  ['ESERVFAIL', 'DNSFailure', 'cannot be looked up'],
  ['ETIMEOUT', 'DNSFailure', 'cannot be looked up'],
  ['CERT_HAS_EXPIRED', 'TLSFailure', 'has expired'],
  ['CERT_NOT_YET_VALID', 'TLSFailure', 'not valid yet'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'TLSFailure', 'another host name'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'TLSFailure', 'unknown CA'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'TLSFailure', 'unknown CA'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'TLSFailure', 'self-signed'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'TLSFailure', 'no version of TLS from 1.2 on'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'TLSFailure', 'handshake failed'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'TLSFailure', 'does not speak TLS'],
  ['ECONNREFUSED', 'GatewayUnreachable', 'is refused'],
  ['ECONNRESET', 'GatewayUnreachable', 'was cut'],
  ['ETIMEDOUT', 'GatewayUnreachable', 'no answer in time'],
  ['UND_ERR_CONNECT_TIMEOUT', 'GatewayUnreachable', 'no answer in time'],
  ['EHOSTUNREACH', 'GatewayUnreachable', 'no connection'],
  ['UND_ERR_HEADERS_OVERFLOW', 'UnexpectedResponse', 'not HTTP'],
  ['HPE_INVALID_CONSTANT', 'UnexpectedResponse', 'not HTTP'],
])('%s is %s: it %s', (code, reason, words) => {
  const told = networkFailure(coded(code), 'read item "/a"', 'gw:8000')

  expect(told.reason).toBe(reason)
  expect(told.message).toMatch(/^Cannot read item "\/a" at gateway "gw:8000": /)
  expect(told.message).toContain(words)
  expect(told.message).toContain(code)
})

test('the innermost code counts, also among several addresses that were tried', () => {
  const several = new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')], 'all')
  const wrapped = new TypeError('fetch failed', { cause: coded('UND_ERR', { cause: several }) })

  expect(networkFailure(wrapped, 'log in', 'gw').message).toContain('(ECONNREFUSED)')
})

test('a failure of our own inside is handed on as it is', () => {
  const own = failure('InvalidSpec', 'Cannot use this address')

  expect(networkFailure(new Error('connect', { cause: own }), 'log in', 'gw')).toBe(own)
})

test('an error without a code, or with one that may be a value, shows neither words nor code', () => {
  for (const error of [new Error('canary words'), coded('canary code'), 'canary', undefined]) {
    expect(networkFailure(error, 'log in', 'gw').message).toMatch(/\(UNKNOWN\)/)
  }
})

test('only a connection that stood can be cut', () => {
  expect([coded('ECONNRESET'), coded('UND_ERR_SOCKET'), coded('ECONNREFUSED')].map(isCut)).toEqual([
    true,
    true,
    false,
  ])
})
