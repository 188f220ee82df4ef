import { mkdtempSync, readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { type Api, bareApi, dryRun, pathOf } from './crd-api.ts'

let api: Api
let namespace: string

beforeAll(async () => {
  api = bareApi()
  namespace = await newNamespace('ways-in-crd')
})
afterAll(() => api[Symbol.asyncDispose]())

const accessID = 'p-1'
const serviceAccountRef = { name: 'app' }
const key = { name: 'login', key: 'k' }
const awsKeys = { accessKeyID: key, secretAccessKey: key }

async function create(authSecretRef: object) {
  const akeyless = { akeylessGWApiURL: 'https://gateway.example.com', authSecretRef }
  const object = {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { name: 'store' },
    spec: { provider: { akeyless } },
  }
  return api.send('POST', `${dryRun(pathOf('secretstores', namespace))}&fieldValidation=Strict`, object)
}

test.each([
  ['azure by ServiceAccount', { azureAuth: { accessID, serviceAccountRef, clientID: 'c', tenantID: 't' } }],
  ['azure by node', { azureAuth: { accessID, objectID: 'o', cloud: 'AzureUSGovernment' } }],
  ['aws by role', { awsAuth: { accessID, serviceAccountRef, roleARN: 'arn:aws:iam::123456789012:role/a' } }],
  ['aws by keys', { awsAuth: { accessID, secretRef: awsKeys, region: 'us-gov-west-1' } }],
  ['aws by node', { awsAuth: { accessID } }],
  ['gcp', { gcpAuth: { accessID, audience: 'a' } }],
  ['jwt by ServiceAccount', { jwtAuth: { accessID, serviceAccountRef: { name: 'app', audiences: ['a'] } } }],
  ['jwt by Secret', { jwtAuth: { accessID, secretRef: { name: 'jwt' } } }],
  [
    'certificate',
    { certAuth: { accessID, certificateSecretRef: { name: 'tls' }, privateKeySecretRef: { name: 'tls' } } },
  ],
  ['universal identity', { universalIdentityAuth: { accessID, tokenSecretRef: { name: 'uid' } } }],
  ["ESO's secretRef", { secretRef: { accessID: key, accessType: key, accessTypeParam: key } }],
  [
    "ESO's secretRef with a ServiceAccount",
    { secretRef: { accessID: key, accessType: key }, serviceAccountRef },
  ],
  [
    "ESO's kubernetesAuth beside the empty secretRef of its Go types",
    {
      kubernetesAuth: { accessID, k8sConfName: 'c', serviceAccountRef },
      secretRef: { accessID: {}, accessType: {}, accessTypeParam: {} },
    },
  ],
])('%s is accepted, every field known', async (_, auth) => {
  expect(await create(auth)).toMatchObject({ status: 201 })
})

test.each([
  ['no way in', {}, 'authSecretRef needs secretRef or one of kubernetesAuth, azureAuth'],
  ['a ServiceAccount alone', { serviceAccountRef }, 'authSecretRef needs secretRef or one of'],
  ['two ways in', { gcpAuth: { accessID }, awsAuth: { accessID } }, 'authSecretRef takes at most one of'],
  [
    'an object ID beside a ServiceAccount',
    { azureAuth: { accessID, serviceAccountRef, objectID: 'o' } },
    'objectID is for managed identities',
  ],
  ['a cloud that is none', { azureAuth: { accessID, cloud: 'https://evil.test' } }, 'Unsupported value'],
  [
    'two kinds of AWS identity',
    { awsAuth: { accessID, serviceAccountRef, secretRef: awsKeys } },
    'awsAuth takes serviceAccountRef or secretRef, not both',
  ],
  [
    'a role without a ServiceAccount',
    { awsAuth: { accessID, roleARN: 'arn:aws:iam::123456789012:role/a' } },
    'roleARN needs a serviceAccountRef',
  ],
  [
    'a region that is a host',
    { awsAuth: { accessID, region: 'x.evil.test/a-b-1' } },
    'region must look like eu-west-1',
  ],
  ['no JWT', { jwtAuth: { accessID } }, 'jwtAuth needs a serviceAccountRef or a secretRef'],
  ['two JWTs', { jwtAuth: { accessID, serviceAccountRef, secretRef: { name: 'j' } } }, 'and not both'],
  ['an address for a cloud', { awsAuth: { accessID, endpoint: 'https://evil.test' } }, 'unknown field'],
] as const)('%s is refused by the API server', async (_, auth, message) => {
  const { status, body } = await create(auth)

  expect(status).toBeGreaterThanOrEqual(400)
  expect(String(body['message'])).toContain(message)
})

const page = readFileSync(join(import.meta.dirname, '../../docs/auth.md'), 'utf8')
const manifests = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => text ?? '')

test('docs/auth.md shows a manifest for every way in', () => {
  const shown = manifests.join('')

  for (const it of ['kubernetesAuth', 'secretRef', 'azureAuth', 'awsAuth', 'gcpAuth', 'jwtAuth', 'certAuth'])
    expect(shown).toContain(`${it}:`)
  expect(shown).toContain('universalIdentityAuth:')
})

test.each(manifests.map((text, index) => [index + 1, text] as const))(
  'manifest %i of docs/auth.md is accepted, every field known',
  async (_, text) => {
    const folder = mkdtempSync(join(tmpdir(), 'keyferry-docs-'))
    const file = join(folder, 'manifest.yaml')
    await writeFile(file, text.replaceAll('namespace: shop', `namespace: ${namespace}`))

    const applied = await sharedCluster().kubectl(
      'apply',
      '--dry-run=server',
      '--validate=strict',
      '-f',
      file,
    )
    await rm(folder, { recursive: true })

    expect(applied).toMatch(/created \(server dry run\)/)
  },
)
