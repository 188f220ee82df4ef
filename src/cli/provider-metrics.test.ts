import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { providerMetrics } from './provider-metrics.ts'

test('calls are counted by command and answer, logins by hit and miss', async () => {
  const registry = new Registry()
  const { onCall, onTokenCache } = providerMetrics(registry)

  onCall({ provider: 'akeyless', call: 'get-secret-value', code: '200', tookMs: 40 })
  onCall({ provider: 'akeyless', call: 'get-secret-value', code: '200', tookMs: 40 })
  onTokenCache('hit')

  const text = await registry.metrics()
  expect(text).toContain(
    'keyferry_provider_calls_total{provider="akeyless",call="get-secret-value",code="200"} 2',
  )
  expect(text).toContain('keyferry_provider_token_cache_total{provider="akeyless",result="hit"} 1')
  expect(text).toContain('keyferry_provider_token_cache_total{provider="akeyless",result="miss"} 0')
})

test.each([
  ['auth', '201', 'Auth', 'success'],
  ['describe-item', '404', 'DescribeItem', 'error'],
  ['get-secret-value', '200', 'GetSecretValue', 'success'],
  ['get-dynamic-secret-value', '200', 'GetDynamicSecretsValue', 'success'],
  ['get-rotated-secret-value', '500', 'GetRotatedSecretValue', 'error'],
  ['get-certificate-value', '200', 'GetCertificateValue', 'success'],
  ['list-items', 'ECONNREFUSED', 'ListItems', 'error'],
])(
  'a call %s answered by %s is counted under the name that ESO has for it',
  async (call, code, name, status) => {
    const registry = new Registry()

    providerMetrics(registry).onCall({ provider: 'akeyless', call, code, tookMs: 40 })

    expect(await registry.metrics()).toContain(
      `externalsecret_provider_api_calls_count{provider="AKEYLESSLESS/SecretsManager",call="${name}",status="${status}"} 1`,
    )
  },
)

test('calls that ESO does not make are not counted under its name', async () => {
  const registry = new Registry()

  providerMetrics(registry).onCall({ provider: 'akeyless', call: 'probe', code: '400', tookMs: 40 })

  expect(await registry.metrics()).not.toContain('call="Probe"')
})
