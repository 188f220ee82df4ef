import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ExternalSecretSpec } from '../../src/api/externalsecret.ts'
import { externalSecretViolations } from '../../src/api/externalsecret-rules.ts'
import { SecretStoreSpec } from '../../src/api/secretstore.ts'
import { secretStoreViolations } from '../../src/api/secretstore-rules.ts'
import { newNamespace } from '../cluster/shared.ts'
import {
  type Answer,
  type Api,
  bareApi,
  clusterSecretStore,
  dryRun,
  externalSecret,
  pathOf,
} from './crd-api.ts'

let api: Api
let namespace: string

beforeAll(async () => {
  api = bareApi()
  namespace = await newNamespace('crd-cel')
})

afterAll(() => api[Symbol.asyncDispose]())

const entry = { secretKey: 'a', remoteRef: { key: 'x' } }
const good = { secretStoreRef: { name: 'akeyless' }, data: [entry] }
/** So many entries, each with the key of the number that `keyOf` makes of its index. */
const entries = (count: number, keyOf: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => ({ ...entry, secretKey: `key-${keyOf(index)}` }))
const from = (it: object) => ({ ...good, dataFrom: [it] })
const target = (it: object) => ({ ...good, target: it })
const tokenType = 'kubernetes.io/service-account-token'
const generatorRef = { kind: 'Password', name: 'p' }

const refusals: readonly [title: string, spec: object, message: string][] = [
  ['nothing to read', { secretStoreRef: { name: 's' } }, 'data or dataFrom is required'],
  ['empty lists', { ...good, data: [], dataFrom: [] }, 'data or dataFrom is required'],
  ['no store', { data: [entry] }, 'secretStoreRef.name is required unless'],
  [
    'no store for one entry',
    { dataFrom: [{ extract: { key: 'x' } }] },
    'secretStoreRef.name is required unless',
  ],
  ['a key twice', { ...good, data: [entry, entry] }, 'data must not hold one secretKey twice'],
  [
    'a key twice, far apart',
    { ...good, data: entries(5000, (index) => (index === 4999 ? 99 : index)) },
    'data must not hold one secretKey twice',
  ],
  [
    'an empty sourceRef',
    { ...good, data: [{ ...entry, sourceRef: {} }] },
    'sourceRef must hold either storeRef or generatorRef',
  ],
  [
    'extract and find',
    from({ extract: { key: 'x' }, find: {} }),
    'extract, find and generatorRef exclude each other',
  ],
  [
    'find and a generator',
    from({ find: {}, sourceRef: { generatorRef } }),
    'extract, find and generatorRef exclude each other',
  ],
  ['an empty entry', from({}), 'an entry of dataFrom needs extract, find or a sourceRef'],
  [
    'an empty rewrite',
    from({ extract: { key: 'x' }, rewrite: [{}] }),
    'exactly one of regexp, transform and merge',
  ],
  [
    'an interval in words',
    { ...good, refreshInterval: '1 hour' },
    'spec.refreshInterval: Invalid value: "string": must be a duration such as',
  ],
  [
    'a negative interval',
    { ...good, refreshInterval: '-1h' },
    'must be a duration such as 90s, 15m or 1h30m',
  ],
  [
    'Delete without Owner',
    target({ deletionPolicy: 'Delete', creationPolicy: 'Merge' }),
    'deletionPolicy Delete needs creationPolicy Owner',
  ],
  [
    'Merge with None',
    target({ deletionPolicy: 'Merge', creationPolicy: 'None' }),
    'deletionPolicy Merge cannot go with creationPolicy None',
  ],
  [
    'a bootstrap token',
    target({ template: { type: 'bootstrap.kubernetes.io/token' } }),
    'template.type must not be',
  ],
  ['a Helm release', target({ template: { type: 'helm.sh/release.v1' } }), 'template.type must not be'],
  [
    'a token for an account',
    target({
      template: { type: tokenType, metadata: { annotations: { 'kubernetes.io/service-account.name': 'a' } } },
    }),
    'must not come with the annotation kubernetes.io/service-account.name',
  ],
  [
    'a token with templated annotations',
    target({ template: { type: tokenType, templateFrom: [{ literal: 'a', target: 'ANNOTATIONS' }] } }),
    'must not come with a templateFrom whose target is Annotations',
  ],
  [
    'a template into the type',
    target({ template: { templateFrom: [{ literal: 'a', target: 'type' }] } }),
    'must be Data, Annotations or Labels',
  ],
]

describe('a spec is refused with a message that says what to do, and by the controller all the same', () => {
  test.each(refusals)('%s', async (_, spec, message) => {
    const answer = await create(spec)

    expect(answer.status).toBe(422)
    expect(answer.body['message']).toContain(message)
    expect(externalSecretViolations(ExternalSecretSpec.parse(spec))).not.toEqual([])
  })

  test('a key twice behind the first hundred is for the controller alone: CEL cannot afford it', async () => {
    const spec = { ...good, data: entries(102, (index) => Math.min(index, 100)) }

    expect((await create(spec)).status).toBe(201)
    expect(externalSecretViolations(ExternalSecretSpec.parse(spec))).toEqual([
      { path: 'spec.data[101].secretKey', message: '"key-100" is there twice' },
    ])
  })

  test('patterns that RE2 does not know', async () => {
    const answer = await create(from({ find: { name: { regexp: '(?=a)' } } }))

    expect(answer.body['message']).toContain(
      'error parsing regexp: invalid or unsupported Perl syntax: `(?=` evaluating rule',
    )
    expect(answer.body['message']).toContain('must be a regular expression (RE2)')
  })
})

test.each([
  ['the least', good],
  [
    'sources of their own',
    {
      data: [{ ...entry, sourceRef: { storeRef: { name: 's' } } }],
      dataFrom: [{ sourceRef: { generatorRef } }],
    },
  ],
  [
    'a token without an account',
    target({ template: { type: tokenType, templateFrom: [{ literal: 'a', target: 'Data' }] } }),
  ],
  [
    'a template into a field of another kind',
    target({
      manifest: { apiVersion: 'v1', kind: 'ConfigMap' },
      template: { templateFrom: [{ literal: 'a', target: 'spec.x' }] },
    }),
  ],
  ['Delete with the default policy', target({ deletionPolicy: 'Delete' })],
  ['Delete of keys with Orphan', target({ deletionPolicy: 'Delete', creationPolicy: 'Orphan' })],
  ['a key twice and Merge', { ...target({ deletionPolicy: 'Merge' }), data: [entry, entry] }],
  ['5,000 keys', { ...good, data: entries(5000, (index) => index) }],
  ['an interval of zero', { ...good, refreshInterval: '0' }],
  ['an interval of parts', { ...good, refreshInterval: '1h0m0.5s' }],
])('a spec with %s is accepted, by the controller too', async (_, spec) => {
  const answer = await create(spec)

  expect(answer.body['message']).toBeUndefined()
  expect(answer.status).toBe(201)
  expect(externalSecretViolations(ExternalSecretSpec.parse(spec))).toEqual([])
})

const kubernetesAuth = { accessID: 'p-1', k8sConfName: 'aks', serviceAccountRef: { name: 'a' } }
const akeyless = (rest: object, auth: object = { kubernetesAuth }) => ({
  provider: { akeyless: { akeylessGWApiURL: 'https://gateway.test', authSecretRef: auth, ...rest } },
})
const fake = { provider: { fake: { data: [] } } }

test.each([
  ['no provider', { provider: {} }, 'spec.provider in body should have at least 1 properties'],
  [
    'two providers',
    { provider: { fake: { data: [] }, vault: {} } },
    'spec.provider: Too many: 2: must have at most 1 item',
  ],
  ['no way to log in', akeyless({}, {}), 'authSecretRef needs secretRef or one of kubernetesAuth'],
  [
    'no identity',
    akeyless({}, { kubernetesAuth: { accessID: 'p-1', k8sConfName: 'aks' } }),
    'kubernetesAuth needs a serviceAccountRef or a secretRef',
  ],
  [
    'no k8sConfName',
    akeyless({}, { kubernetesAuth: { accessID: 'p-1', serviceAccountRef: { name: 'a' } } }),
    'k8sConfName: Required value',
  ],
  [
    'a URL without scheme',
    akeyless({ akeylessGWApiURL: 'gateway.test' }),
    'akeylessGWApiURL must be an https URL with a host',
  ],
  [
    'a URL of another scheme',
    akeyless({ akeylessGWApiURL: 'ftp://gateway.test' }),
    'akeylessGWApiURL must be an https URL with a host',
  ],
  [
    'a CA that is no base64',
    akeyless({ caBundle: '-----BEGIN' }),
    'spec.provider.akeyless.caBundle in body must be of type byte',
  ],
  [
    'an interval in words',
    { ...fake, refreshInterval: 'often' },
    'must be a duration such as 90s, 15m or 1h30m, or a whole number of seconds',
  ],
  ['a negative interval', { ...fake, refreshInterval: -1 }, 'or a whole number of seconds'],
  [
    'a broken pattern',
    { ...fake, conditions: [{ namespaceRegexes: ['team-('] }] },
    'missing closing ): `team-(` evaluating rule: must be a regular expression',
  ],
])('a store with %s is refused', async (_, spec, message) => {
  const answer = await api.send('POST', dryRun(pathOf('clustersecretstores')), clusterSecretStore('a', spec))

  expect(answer.status).toBe(422)
  expect(answer.body['message']).toContain(message)
})

test.each([
  ['the public service', akeyless({ akeylessGWApiURL: '' })],
  ['a port and a path', akeyless({ akeylessGWApiURL: 'https://10.0.0.1:8000/api/v2' })],
  ['the empty secretRef of Go types', akeyless({}, { kubernetesAuth, secretRef: { accessID: {} } })],
  ['seconds', { ...fake, refreshInterval: 60 }],
  ['an empty interval', { ...fake, refreshInterval: '' }],
  ['a pattern', { ...fake, conditions: [{ namespaceRegexes: ['(?i)team-.*'] }] }],
])('a store with %s is accepted, by the controller too', async (_, spec) => {
  const answer = await api.send('POST', dryRun(pathOf('clustersecretstores')), clusterSecretStore('a', spec))

  expect(answer.body['message']).toBeUndefined()
  expect(secretStoreViolations(SecretStoreSpec.parse(spec))).toEqual([])
})

function create(spec: object): Promise<Answer> {
  return api.send('POST', dryRun(pathOf('externalsecrets', namespace)), externalSecret('a', spec))
}
