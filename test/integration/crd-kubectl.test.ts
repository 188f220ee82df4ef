import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import {
  type Api,
  bareApi,
  clusterSecretStore,
  externalSecret,
  goodSpec,
  pathOf,
  replace,
  secondsAgo,
} from './crd-api.ts'

let api: Api
let namespace: string
const kubectl = (...args: readonly string[]) => sharedCluster().kubectl(...args)

beforeAll(async () => {
  api = bareApi()
  namespace = await newNamespace('crd-kubectl')
})

afterAll(() => api[Symbol.asyncDispose]())

const create = (name: string, spec: object = goodSpec, version = 'v1') =>
  api.send('POST', pathOf('externalsecrets', namespace, version), externalSecret(name, spec, version))

describe('the CRDs', () => {
  test('explain themselves down to the last field', async () => {
    // Discovery learns of a new CRD a moment after it is established.
    const top = await vi.waitFor(() => kubectl('explain', 'es.spec'), { timeout: 20_000, interval: 500 })
    const deep = await kubectl(
      'explain',
      'css.spec.provider.akeyless.authSecretRef.kubernetesAuth.serviceAccountRef',
    )

    expect(top).toMatch(/refreshInterval\s+<string>\n\s+How often the items are read again/)
    expect(deep).toMatch(/audiences\s+<\[\]string>\n\s+Audiences of the requested token/)
    expect(`${top}${deep}`).not.toContain('<no description>')
  })

  test('are found by short name and category', async () => {
    await create('found')

    expect(await kubectl('get', 'es', 'found', '-n', namespace, '-o', 'name')).toBe(
      'externalsecret.external-secrets.io/found\n',
    )
    expect(await kubectl('get', 'keyferry', '-n', namespace, '-o', 'name')).toContain('/found\n')
    expect(await kubectl('get', 'external-secrets', '-n', namespace, '-o', 'name')).toContain('/found\n')
  })
})

describe('kubectl get', () => {
  const condition = (type: string, status: string, reason: string) => ({
    type,
    status,
    reason,
    message: `${reason} it is`,
    lastTransitionTime: secondsAgo(120),
  })

  test('shows store, interval, state and last sync of an ExternalSecret, and more of it with -o wide', async () => {
    // A store of another controller keeps the managers of other tests from telling of one that is missing.
    const foreign = clusterSecretStore('akeyless', { controller: 'nobody', provider: { fake: { data: [] } } })
    await api.send('POST', pathOf('secretstores', namespace), { ...foreign, kind: 'SecretStore' })
    await create('shown', { ...goodSpec, refreshInterval: '15m' })
    const conditions = [
      condition('Ready', 'True', 'Synced'),
      condition('LastSyncSucceeded', 'False', 'GatewayUnreachable'),
    ]
    const status = { observedGeneration: 1, refreshTime: secondsAgo(300), conditions }
    const path = `${pathOf('externalsecrets', namespace)}/shown`
    await replace(api, path, (it) => ({ ...it, status }), '/status')

    const narrow = await kubectl('get', 'es', 'shown', '-n', namespace)
    const wide = await kubectl('get', 'es', 'shown', '-n', namespace, '-o', 'wide')

    expect(cells(narrow)).toEqual([
      ['NAME', 'STORE', 'REFRESH INTERVAL', 'STATUS', 'READY', 'SYNC', 'LAST SYNC'],
      [
        'shown',
        'akeyless',
        '15m',
        'Synced',
        'True',
        'GatewayUnreachable',
        expect.stringMatching(/^5m\d*s?$/),
      ],
    ])
    expect(cells(wide)[0]).toEqual([
      'NAME',
      'STORETYPE',
      'STORE',
      'REFRESH INTERVAL',
      'STATUS',
      'READY',
      'SYNC',
      'LAST SYNC',
      'MESSAGE',
    ])
    expect(wide).toContain('Synced it is')
  })

  test('shows state and capabilities of a store', async () => {
    const path = pathOf('secretstores', namespace)
    const store = {
      ...clusterSecretStore('shown', { controller: 'nobody', provider: { fake: { data: [] } } }),
      kind: 'SecretStore',
    }
    await api.send('POST', path, store)
    const status = {
      observedGeneration: 1,
      capabilities: 'ReadOnly',
      conditions: [condition('Ready', 'True', 'Valid')],
    }
    await replace(api, `${path}/shown`, (it) => ({ ...it, status }), '/status')

    expect(cells(await kubectl('get', 'ss', 'shown', '-n', namespace))).toEqual([
      ['NAME', 'AGE', 'STATUS', 'CAPABILITIES', 'READY'],
      ['shown', expect.stringMatching(/^\d+s$/), 'Valid', 'ReadOnly', 'True'],
    ])
  })

  test.each([
    ['spec.secretStoreRef.name=vault', ['selected']],
    ['spec.secretStoreRef.kind=ClusterSecretStore', ['selected']],
    ['spec.target.name=wanted', ['selected']],
    ['spec.refreshInterval=7m', ['selected']],
    ['spec.refreshInterval=8m', []],
  ])('selects by %s', async (selector, names) => {
    const spec = {
      secretStoreRef: { name: 'vault', kind: 'ClusterSecretStore' },
      data: goodSpec.data,
      target: { name: 'wanted' },
      refreshInterval: '7m',
    }
    await create('selected', spec)

    const found = await kubectl(
      'get',
      'es',
      '-n',
      namespace,
      '--field-selector',
      selector,
      '-o',
      'jsonpath={.items[*].metadata.name}',
    )

    expect(found.split(' ').filter((it) => it !== '')).toEqual(names)
  })
})

/** The table that kubectl printed; its columns are at least three spaces apart. */
function cells(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s{3,}/))
}
