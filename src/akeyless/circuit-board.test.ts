import { expect, test } from 'vitest'
import { selfSigned } from '../../test/fakes/akeyless/certificates.ts'
import { startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import { systemClock } from '../std/clock.ts'
import { CircuitBoard } from './circuit-board.ts'
import type { Gateway } from './gateway.ts'
import { parseGatewayUrl } from './gateway-url.ts'
import { Gateways } from './gateways.ts'

test('a host counts as called only when none of its circuits is shut, and hosts are told apart', () => {
  const told: string[] = []
  const board = new CircuitBoard({ onCircuit: (host, reason) => void told.push(`${host} ${reason}`) })
  const [one, two, other] = [board.line(), board.line(), board.line()]

  one.onCircuit?.('gw', 'TLSFailure')
  other.onCircuit?.('other', 'DNSFailure')
  two.onCircuit?.('gw', 'Throttled')
  two.onCircuit?.('gw', undefined)
  other.onCircuit?.('other', undefined)
  one.onCircuit?.('gw', undefined)

  expect(told).toEqual([
    'gw TLSFailure',
    'other DNSFailure',
    'gw Throttled',
    'gw TLSFailure',
    'other undefined',
    'gw undefined',
  ])
})

test('a store with a wrong CA stays on record when the Gateway heals for the others', async () => {
  const [certificate, wrong] = await Promise.all([selfSigned(), selfSigned()])
  await using akeyless = await startAkeyless({ tls: certificate })
  const told: (string | undefined)[] = []
  const observer = { onCircuit: (_host: string, reason: string | undefined) => void told.push(reason) }
  const rules = { insecureLocalEndpoints: true, apiServerHosts: [] }
  const gateways = new Gateways({ rules, clock: systemClock, observer })
  const url = parseGatewayUrl(akeyless.url, rules)
  const [good, bad] = [certificate, wrong].map((it) =>
    gateways.get(url, { pem: it.certificatePem, path: 'ca' }),
  )
  const isAnswered = async (gateway: Gateway | undefined) => {
    const options = { signal: AbortSignal.timeout(5000), what: 'look' }
    const answer = await gateway?.call('validate-token', {}, options).catch(() => undefined)
    return answer !== undefined
  }
  await isAnswered(good)
  for (let n = 0; n < 10; n++) await isAnswered(bad)
  await akeyless.down()
  for (let n = 0; n < 10; n++) await isAnswered(good)
  await akeyless.up()
  await expect.poll(() => isAnswered(good), { timeout: 5000 }).toBe(true)
  const [, , healed] = told.splice(0)
  await gateways.close()

  expect(healed).toBe('TLSFailure')
  expect(told.at(-1)).toBeUndefined()
})
