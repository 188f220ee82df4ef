import { Counter, type Registry } from 'prom-client'
import type { AkeylessObserver } from '../akeyless/observer.ts'

/** Counts calls of providers and hits of the token cache; never a name of an item. */
export function providerMetrics(registry: Registry): Required<AkeylessObserver> {
  const registers = [registry]
  const calls = new Counter({
    name: 'keyferry_provider_calls_total',
    help: 'Calls of a provider by command and answer',
    labelNames: ['provider', 'call', 'code'],
    registers,
  })
  const tokens = new Counter({
    name: 'keyferry_provider_token_cache_total',
    help: 'Logins that were asked for: those in the cache (hit) and those that were made (miss)',
    labelNames: ['provider', 'result'],
    registers,
  })
  for (const result of ['hit', 'miss']) tokens.inc({ provider: 'akeyless', result }, 0)
  return {
    onCall: (call) => calls.inc({ ...call }),
    onTokenCache: (result) => tokens.inc({ provider: 'akeyless', result }),
  }
}
