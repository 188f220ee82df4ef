import { afterAll, beforeEach, expect, test } from 'vitest'
import { createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { MemoryCluster } from '../../test/contract/memory-cluster.ts'
import { createResolver } from '../store/resolve.ts'

let cluster: MemoryCluster
const bench = createBench({ url: 'https://gateway.invalid', allowAmbientCloudIdentity: true })
afterAll(() => bench.close())

beforeEach(() => {
  cluster = new MemoryCluster()
  for (const namespace of ['shop', 'victim']) {
    cluster.secret(`${namespace}/login`, { id: 'p-1', type: 'jwt', token: 'canary-token' })
    cluster.serviceAccount(`${namespace}/app`)
  }
})

const account = { name: 'app', namespace: 'victim', audiences: ['a'] }
const foreign = { name: 'login', namespace: 'victim', key: 'token' }
const own = { name: 'login', key: 'token' }
const accessID = 'p-1'

test.each([
  ['azureAuth.serviceAccountRef', { azureAuth: { accessID, serviceAccountRef: account } }],
  ['awsAuth.serviceAccountRef', { awsAuth: { accessID, serviceAccountRef: account } }],
  ['accessKeyID', { awsAuth: { accessID, secretRef: { accessKeyID: foreign, secretAccessKey: own } } }],
  ['secretAccessKey', { awsAuth: { accessID, secretRef: { accessKeyID: own, secretAccessKey: foreign } } }],
  [
    'sessionToken',
    {
      awsAuth: {
        accessID,
        secretRef: { accessKeyID: own, secretAccessKey: own, sessionToken: foreign },
      },
    },
  ],
  ['jwtAuth.serviceAccountRef', { jwtAuth: { accessID, serviceAccountRef: account } }],
  ['jwtAuth.secretRef', { jwtAuth: { accessID, secretRef: foreign } }],
  [
    'certificateSecretRef',
    { certAuth: { accessID, certificateSecretRef: foreign, privateKeySecretRef: own } },
  ],
  [
    'privateKeySecretRef',
    { certAuth: { accessID, certificateSecretRef: own, privateKeySecretRef: foreign } },
  ],
  ['tokenSecretRef', { universalIdentityAuth: { accessID, tokenSecretRef: foreign } }],
  [
    'authSecretRef.serviceAccountRef',
    {
      secretRef: { accessID: { ...own, key: 'id' }, accessType: { ...own, key: 'type' } },
      serviceAccountRef: account,
    },
  ],
])(
  'a SecretStore that names another namespace in %s is refused, and nothing there is read',
  async (path, auth) => {
    const resolver = createResolver({
      client: cluster.client,
      secrets: cluster.secrets,
      configMaps: cluster.configMaps,
      serviceAccounts: cluster.serviceAccounts,
    })
    const references = resolver({ kind: 'SecretStore', namespace: 'shop' })

    const reason = await bench.reasonOf(bench.open({ authSecretRef: auth }, references).check(reading()))

    expect(reason).toBe('InvalidSpec')
    expect((bench.errors.at(-1) as Error).message).toMatch(
      new RegExp(
        `${path.replaceAll('.', '\\.')}: namespace is "victim", but a SecretStore may only use its own`,
      ),
    )
    expect(cluster.asked.filter((it) => it.includes('victim'))).toEqual([])
  },
)
