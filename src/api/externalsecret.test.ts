import { describe, expect, test } from 'vitest'
import { ExternalSecret } from './externalsecret.ts'

const metadata = { name: 'db', namespace: 'shop', uid: 'a', managedFields: [] }
const data = [{ secretKey: 'password', remoteRef: { key: '/prod/db/password' } }]
const withSpec = (spec: object) => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata,
  spec,
})

describe('ExternalSecret', () => {
  test('drops unknown fields and passes metadata on as it is', () => {
    const raw = withSpec({ data: [{ ...data[0], colour: 'red' }], shape: 'round' })

    const object = ExternalSecret.parse(raw)

    expect(object).toEqual(withSpec({ data }))
    expect(object.metadata).toBe(metadata)
  })

  test('adds no default', () => {
    expect(ExternalSecret.parse(withSpec({ data, target: {} }))).toEqual(withSpec({ data, target: {} }))
  })

  test('reads an item of a list, which has no apiVersion and kind', () => {
    expect(ExternalSecret.safeParse({ metadata, spec: { data } }).success).toBe(true)
  })

  test('says where the shape is wrong', () => {
    const result = ExternalSecret.safeParse(withSpec({ data: [{ secretKey: 'a', remoteRef: {} }] }))

    expect(result.error?.issues[0]?.path).toEqual(['spec', 'data', 0, 'remoteRef', 'key'])
  })

  test('is refused without a name', () => {
    expect(ExternalSecret.safeParse({ ...withSpec({ data }), metadata: {} }).error?.issues[0]?.message).toBe(
      'metadata with a name is missing',
    )
  })
})

describe('ExternalSecret reads what ESO stores', () => {
  test('with the defaults of its CRD and the empty objects of its Go types', () => {
    const raw = withSpec({
      secretStoreRef: {},
      target: {
        creationPolicy: 'Owner',
        deletionPolicy: 'Retain',
        template: { engineVersion: 'v2', mergePolicy: 'Replace', metadata: {} },
      },
      refreshInterval: '1h0m0s',
      dataFrom: [
        {
          find: { name: { regexp: '.*' }, conversionStrategy: 'Default', decodingStrategy: 'None' },
          rewrite: [
            { merge: { into: '', conflictPolicy: 'Error', priorityPolicy: 'Strict', strategy: 'Extract' } },
          ],
          sourceRef: { storeRef: { name: 'vault', kind: 'ClusterSecretStore' } },
        },
        {
          sourceRef: {
            generatorRef: { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'MFA', name: 'a' },
          },
        },
      ],
    })

    expect(ExternalSecret.parse(raw)).toEqual(raw)
  })

  test('with its status, before and after the first sync', () => {
    const unsynced = { ...withSpec({ data }), status: { refreshTime: null, binding: { name: '' } } }
    const synced = {
      ...withSpec({ data }),
      status: {
        refreshTime: '2026-01-02T03:04:05Z',
        syncedResourceVersion: '1-abc',
        binding: { name: 'db' },
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            reason: 'SecretSynced',
            message: 'secret synced',
            lastTransitionTime: '2026-01-02T03:04:05Z',
          },
        ],
      },
    }

    expect(ExternalSecret.parse(unsynced)).toEqual(unsynced)
    expect(ExternalSecret.parse(synced)).toEqual(synced)
  })

  test('beyond the bounds of our CRD, and with intervals that our CRD refuses', () => {
    const many = Array.from({ length: 6000 }, (_, index) => ({
      secretKey: `k${index}`,
      remoteRef: { key: 'x' },
    }))

    expect(ExternalSecret.safeParse(withSpec({ data: many, refreshInterval: '-1h' })).success).toBe(true)
  })
})
