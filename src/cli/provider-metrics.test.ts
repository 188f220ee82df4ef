import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { providerMetrics } from './provider-metrics.ts'

test('calls are counted by command and answer, logins by hit and miss', async () => {
  const registry = new Registry()
  const { onCall, onTokenCache } = providerMetrics(registry)

  onCall({ provider: 'akeyless', call: 'get-secret-value', code: '200' })
  onCall({ provider: 'akeyless', call: 'get-secret-value', code: '200' })
  onTokenCache('hit')

  const text = await registry.metrics()
  expect(text).toContain(
    'keyferry_provider_calls_total{provider="akeyless",call="get-secret-value",code="200"} 2',
  )
  expect(text).toContain('keyferry_provider_token_cache_total{provider="akeyless",result="hit"} 1')
  expect(text).toContain('keyferry_provider_token_cache_total{provider="akeyless",result="miss"} 0')
})
