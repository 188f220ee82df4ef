import { expect, test } from 'vitest'
import { SecretStore } from './secretstore.ts'

const metadata = { name: 'akeyless', namespace: 'shop' }
const withSpec = (spec: object) => ({ metadata, spec })

test('SecretStore reads every field of the akeyless provider', () => {
  const selector = { name: 'akeyless-auth', namespace: 'shop', key: 'accessId' }
  const raw = withSpec({
    controller: 'default',
    refreshInterval: '5m',
    retrySettings: { maxRetries: 3, retryInterval: '10s' },
    provider: {
      akeyless: {
        akeylessGWApiURL: 'https://gateway.example.com/api/v2',
        ignoreCache: true,
        caBundle: 'LS0t',
        caProvider: { type: 'ConfigMap', name: 'ca', key: 'ca.crt' },
        authSecretRef: {
          secretRef: { accessID: selector, accessType: selector, accessTypeParam: selector },
          serviceAccountRef: { name: 'app' },
          kubernetesAuth: {
            accessID: 'p-1',
            k8sConfName: 'aks',
            serviceAccountRef: { name: 'app', namespace: 'shop', audiences: ['https://a'] },
            secretRef: { name: 'jwt' },
          },
        },
      },
    },
  })

  expect(SecretStore.parse(raw)).toEqual(raw)
})

test.each([
  [
    'azureAuth',
    { serviceAccountRef: { name: 'app' }, clientID: 'c', tenantID: 't', cloud: 'AzureChinaCloud' },
  ],
  ['azureAuth', { objectID: 'o' }],
  ['awsAuth', { serviceAccountRef: { name: 'app' }, roleARN: 'arn', region: 'eu-west-1' }],
  [
    'awsAuth',
    { secretRef: { accessKeyID: { name: 'a' }, secretAccessKey: { name: 'a' }, sessionToken: {} } },
  ],
  ['gcpAuth', { audience: 'a' }],
  ['jwtAuth', { serviceAccountRef: { name: 'app', audiences: ['a'] } }],
  ['jwtAuth', { secretRef: { name: 'jwt' } }],
  ['certAuth', { certificateSecretRef: { name: 'tls' }, privateKeySecretRef: { name: 'tls', key: 'k' } }],
  ['universalIdentityAuth', { tokenSecretRef: { name: 'uid' } }],
])('SecretStore reads every field of %s: %j', (block, fields) => {
  const auth = { [block]: { accessID: 'p-1', ...fields } }
  const raw = withSpec({ provider: { akeyless: { akeylessGWApiURL: '', authSecretRef: auth } } })

  expect(SecretStore.parse(raw)).toEqual(raw)
})

test('SecretStore keeps the fields of providers that are not ours, whatever they look like', () => {
  const raw = withSpec({
    provider: { vault: { server: 'https://vault', auth: { kubernetes: { role: null } } } },
    refreshInterval: 60,
  })

  expect(SecretStore.parse(raw)).toEqual(raw)
})

test('SecretStore drops unknown fields of a provider that is ours', () => {
  const object = SecretStore.parse(
    withSpec({ provider: { fake: { data: [{ key: 'a', value: 'b', x: 1 }], validationResult: 1, y: 2 } } }),
  )

  expect(object.spec.provider).toEqual({ fake: { data: [{ key: 'a', value: 'b' }], validationResult: 1 } })
})

test('ClusterSecretStore reads the empty objects that Go types of ESO leave behind', () => {
  const raw = withSpec({
    provider: {
      akeyless: {
        akeylessGWApiURL: '',
        authSecretRef: {
          secretRef: { accessID: {}, accessType: {}, accessTypeParam: {} },
          kubernetesAuth: { accessID: 'p-1', k8sConfName: 'aks', serviceAccountRef: { name: 'app' } },
        },
      },
    },
    conditions: [
      {
        namespaceSelector: {
          matchLabels: { team: 'shop' },
          matchExpressions: [{ key: 'a', operator: 'Exists' }],
        },
      },
    ],
    refreshInterval: '',
  })

  expect(SecretStore.parse(raw)).toEqual(raw)
})

test('SecretStore says which field of the provider is wrong', () => {
  const result = SecretStore.safeParse(
    withSpec({
      provider: {
        akeyless: { akeylessGWApiURL: '', authSecretRef: { kubernetesAuth: { accessID: 'p-1' } } },
      },
    }),
  )

  expect(result.error?.issues[0]?.path.join('.')).toBe(
    'spec.provider.akeyless.authSecretRef.kubernetesAuth.k8sConfName',
  )
})
