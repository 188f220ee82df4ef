import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { AkeylessObserver } from '../akeyless/observer.ts'

/** Spelled as ESO spells it, for the sake of dashboards. */
const peerProvider = 'AKEYLESSLESS/SecretsManager'

/** The calls that ESO makes and counts; others, as probes, would only trip alerts on its errors. */
const peerCalls = new Map([
  ['auth', 'Auth'],
  ['describe-item', 'DescribeItem'],
  ['get-secret-value', 'GetSecretValue'],
  ['get-dynamic-secret-value', 'GetDynamicSecretsValue'],
  ['get-rotated-secret-value', 'GetRotatedSecretValue'],
  ['get-certificate-value', 'GetCertificateValue'],
  ['list-items', 'ListItems'],
])

type Observed = Required<AkeylessObserver>

/** Counts calls of providers and hits of the token cache, shows Gateways that are not called; never a name of an item. */
export function providerMetrics(registry: Registry): Omit<Observed, 'onReturn'> {
  const registers = [registry]
  return { ...callMetrics(registers), ...circuitMetrics(registers) }
}

function callMetrics(registers: Registry[]): Pick<Observed, 'onCall' | 'onTokenCache'> {
  const calls = new Counter({
    name: 'keyferry_provider_calls_total',
    help: 'Calls of a provider by command and answer',
    labelNames: ['provider', 'call', 'code'],
    registers,
  })
  const seconds = new Histogram({
    name: 'keyferry_provider_call_seconds',
    help: 'Time that calls of a provider took, whatever came of them, by command',
    labelNames: ['provider', 'call'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  })
  const tokens = new Counter({
    name: 'keyferry_provider_token_cache_total',
    help: 'Logins that were asked for: those in the cache (hit) and those that were made (miss)',
    labelNames: ['provider', 'result'],
    registers,
  })
  const asPeer = new Counter({
    name: 'externalsecret_provider_api_calls_count',
    help: 'Calls of a provider by result, as ESO counts them',
    labelNames: ['provider', 'call', 'status'],
    registers,
  })
  for (const result of ['hit', 'miss']) tokens.inc({ provider: 'akeyless', result }, 0)
  return {
    onCall: ({ provider, call, code, tookMs }) => {
      calls.inc({ provider, call, code })
      seconds.observe({ provider, call }, tookMs / 1000)
      const known = peerCalls.get(call)
      const status = /^2\d\d$/.test(code) ? 'success' : 'error'
      if (known !== undefined) asPeer.inc({ provider: peerProvider, call: known, status })
    },
    onTokenCache: (result) => tokens.inc({ provider: 'akeyless', result }),
  }
}

function circuitMetrics(registers: Registry[]): Pick<Observed, 'onCircuit' | 'onNotSent'> {
  const circuits = new Gauge({
    name: 'keyferry_gateway_circuit_open',
    help: '1 while a Gateway is not called, by the reason; absent otherwise',
    labelNames: ['gateway', 'reason'],
    registers,
  })
  const notSent = new Counter({
    name: 'keyferry_gateway_calls_not_sent_total',
    help: 'Work that failed without a call because its Gateway is not called, by the reason',
    labelNames: ['reason'],
    registers,
  })
  const shutBy = new Map<string, string>()
  for (const reason of ['Throttled', 'GatewayUnreachable']) notSent.inc({ reason }, 0)
  return {
    onCircuit: (gateway, reason) => {
      const before = shutBy.get(gateway)
      if (before !== undefined) circuits.remove({ gateway, reason: before })
      if (reason === undefined) return void shutBy.delete(gateway)
      shutBy.set(gateway, reason)
      circuits.set({ gateway, reason }, 1)
    },
    onNotSent: (reason) => notSent.inc({ reason }),
  }
}
