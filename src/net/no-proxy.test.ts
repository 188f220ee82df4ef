import { expect, test } from 'vitest'
import { isInUnproxiedNet } from './no-proxy.ts'

test.each([
  ['10.1.2.3', '10.0.0.0/8', true],
  ['10.1.2.3', '.svc, 192.168.0.0/16,10.1.0.0/16', true],
  ['10.1.2.3', '10.1.2.3/32', true],
  ['11.1.2.3', '10.0.0.0/8', false],
  ['fd00::7', 'fd00::/8', true],
  ['fe00::7', 'fd00::/8', false],
  ['10.1.2.3', '::/0', false],
  ['10.1.2.3', '0.0.0.0/0', true],
  // Names and single addresses are undici's to match.
  ['10.1.2.3', '10.1.2.3', false],
  ['gateway.svc', '0.0.0.0/0', false],
  ['10.1.2.3', '10.0.0.0/33', false],
  ['10.1.2.3', '10.0.0.0/', false],
  ['10.1.2.3', 'x/8', false],
  ['10.1.2.3', '', false],
])('%s with NO_PROXY "%s": %s', (hostname, noProxy, expected) => {
  expect(isInUnproxiedNet(hostname, { NO_PROXY: noProxy })).toBe(expected)
})

test('small letters go before capitals, as in undici', () => {
  expect(isInUnproxiedNet('10.1.2.3', { no_proxy: 'x', NO_PROXY: '10.0.0.0/8' })).toBe(false)
  expect(isInUnproxiedNet('10.1.2.3', { NO_PROXY: '10.0.0.0/8' })).toBe(true)
  expect(isInUnproxiedNet('10.1.2.3', {})).toBe(false)
})
