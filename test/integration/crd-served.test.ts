import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newNamespace } from '../cluster/shared.ts'
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

beforeAll(async () => {
  api = bareApi()
  namespace = await newNamespace('crd-served')
})

afterAll(() => api[Symbol.asyncDispose]())

const create = (name: string, spec: object = goodSpec, version = 'v1') =>
  api.send('POST', pathOf('externalsecrets', namespace, version), externalSecret(name, spec, version))

describe('the CRDs', () => {
  test.each(['externalsecrets', 'secretstores', 'clustersecretstores'])(
    '%s are established without a complaint',
    async (plural) => {
      const { body } = await api.send(
        'GET',
        `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${plural}.external-secrets.io`,
      )

      const { conditions } = body['status'] as { conditions: { type: string; status: string }[] }
      const standing = Object.fromEntries(conditions.map((it) => [it.type, it.status]))

      expect(standing).toEqual({ Established: 'True', NamesAccepted: 'True' })
    },
  )
})

describe('an object that is created', () => {
  test('is stored as it was sent: no default but the status of an object that nobody saw', async () => {
    const spec = { ...goodSpec, target: {}, dataFrom: [{ find: {} }, { extract: { key: 'x' } }] }

    const { body } = await create('plain', spec)

    expect(body['spec']).toEqual(spec)
    expect(body['status']).toEqual({ observedGeneration: -1 })
  })

  test('loses a status that was sent along, and unknown fields', async () => {
    const object = {
      ...externalSecret('stripped', { ...goodSpec, colour: 'red' }),
      status: { binding: { name: 'x' } },
    }

    const { body } = await api.send('POST', pathOf('externalsecrets', namespace), object)

    expect(body['spec']).toEqual(goodSpec)
    expect(body['status']).toEqual({ observedGeneration: -1 })
  })

  test('may have 1,000 entries of data and 5,000, but no more', async () => {
    const of = (count: number) => ({
      ...goodSpec,
      data: Array.from({ length: count }, (_, index) => ({
        secretKey: `key-${index}`,
        remoteRef: { key: `/prod/${index}` },
      })),
    })

    const thousand = await create('thousand', of(1000))
    const most = await create('most', of(5000))
    const tooMany = await create('too-many', of(5001))

    expect([thousand.status, most.status, tooMany.status]).toEqual([201, 201, 422])
    expect(tooMany.body['message']).toContain('spec.data: Too many: 5001: must have at most 5000 items')
  })

  test('may be a store of a provider that is not ours, and keeps every field of it', async () => {
    const provider = {
      vault: {
        server: 'https://vault.test',
        auth: { kubernetes: { mountPath: 'k8s', roles: [1, null, 'x'] } },
      },
    }
    const store = { ...clusterSecretStore('other', { provider }), kind: 'SecretStore' }
    const path = pathOf('secretstores', namespace)
    await api.send('POST', path, store)

    const { body } = await api.send('GET', `${path}/other`)

    expect(body['spec']).toEqual({ provider })
  })
})

describe('v1beta1', () => {
  test('is served with a warning that says what to use', async () => {
    const { status, warning } = await create('old', goodSpec, 'v1beta1')

    expect(status).toBe(201)
    expect(warning).toContain(
      'external-secrets.io/v1beta1 ExternalSecret is deprecated; use external-secrets.io/v1',
    )
  })

  test('shows and keeps all that was written through v1', async () => {
    const spec = {
      ...goodSpec,
      suspend: true,
      target: { creationPolicy: 'CreateOrMerge' },
      rolloutRestartTargets: [{ kind: 'Deployment', name: 'web' }],
    }
    await create('both', spec)
    const path = `${pathOf('externalsecrets', namespace, 'v1beta1')}/both`
    const old = await api.send('GET', path)

    await replace(api, path, (it) => ({ ...it, spec: { ...spec, suspend: false } }))

    const { body, warning } = await api.send('GET', `${pathOf('externalsecrets', namespace)}/both`)
    expect(old.body['spec']).toEqual(spec)
    expect(body['spec']).toEqual({ ...spec, suspend: false })
    expect(warning).toBeUndefined()
  })
})

describe('a status', () => {
  test('may hold leases, also one that has no id yet, and a null refreshTime as ESO writes it', async () => {
    const path = pathOf('externalsecrets', namespace)
    await create('leased')
    const intent = {
      item: '/db',
      store: { kind: 'SecretStore', name: 'main' },
      state: 'Minting',
      mintedAt: secondsAgo(1),
    }
    const lease = { ...intent, state: 'Active', id: 'l-1', ttlSeconds: 60, keys: ['user'] }
    const leases = [lease, intent, intent]
    const put = (status: object) =>
      replace(api, `${path}/leased`, (it) => ({ ...it, status }), '/status?dryRun=All')

    const kept = await put({
      leases,
      refreshTime: null,
      lastHandledForceSync: '1',
      binding: { name: 'leased' },
    })
    const unknown = await put({ leases: [{ ...lease, state: 'Lost' }] })

    expect(kept.body['status']).toEqual({
      leases,
      refreshTime: null,
      lastHandledForceSync: '1',
      binding: { name: 'leased' },
    })
    expect(unknown.body['message']).toContain('Unsupported value: "Lost"')
  })

  test('with two conditions of one type is refused', async () => {
    await create('conditioned')
    const ready = { type: 'Ready', status: 'True' }

    const path = `${pathOf('externalsecrets', namespace)}/conditioned`
    const status = { conditions: [ready, ready] }
    const answer = await replace(api, path, (it) => ({ ...it, status }), '/status?dryRun=All')

    expect(answer.body['message']).toContain('Duplicate value: {"type":"Ready"}')
  })
})
