import { expect, test } from 'vitest'
import type { ExternalSecret } from '../api/externalsecret.ts'
import { Redacted } from '../std/redacted.ts'
import { applyOf, copiedToTarget, managerOf, sizeOf, type Target, withdrawalOf } from './target.ts'
import { targetNameOf, targetOf } from './target-of.ts'
import { shapeOf } from './target-shape.ts'

const bytes = (text: string) => new Redacted<Uint8Array>(Buffer.from(text))

const object = {
  metadata: {
    namespace: 'shop',
    name: 'db',
    uid: 'u1',
    generation: 3,
    labels: { team: 'x', 'app.kubernetes.io/instance': 'argo' },
    annotations: { note: 'y', 'keyferry.io/adopt': 'true', 'force-sync': '1' },
  },
  spec: { target: { name: 'secret' } },
} as ExternalSecret

test('labels and annotations are copied, less those by which tools track the ExternalSecret', () => {
  const tracking = [
    'argocd.argoproj.io/tracking-id',
    'argocd.argoproj.io/instance',
    'app.kubernetes.io/instance',
    'app.kubernetes.io/managed-by',
    'kustomize.toolkit.fluxcd.io/name',
    'helm.toolkit.fluxcd.io/name',
    'meta.helm.sh/release-name',
    'helm.sh/chart',
    'config.kubernetes.io/origin',
    'internal.config.kubernetes.io/path',
    'kubectl.kubernetes.io/last-applied-configuration',
    'keyferry.io/adopt',
    'force-sync',
    'external-secrets.io/force-sync',
  ]
  const own = { 'app.kubernetes.io/name': 'shop', team: 'x', 'example.com/helm.sh': 'z', constructor: 'c' }

  const copied = copiedToTarget({ ...Object.fromEntries(tracking.map((it) => [it, 'v'])), ...own })

  expect(copied).toEqual(own)
  expect(copiedToTarget(undefined)).toEqual({})
})

function targetWith(values: readonly (readonly [string, Redacted<Uint8Array>])[]): Target {
  return targetOf(object, shapeOf(object, new Map(values)))
}

test('the target has what the ExternalSecret says', () => {
  const data = new Map([['a', bytes('1')]])

  expect(targetOf(object, shapeOf(object, data))).toEqual({
    namespace: 'shop',
    name: 'secret',
    owner: { apiVersion: 'external-secrets.io/v1', name: 'db', uid: 'u1', generation: 3, mayAdopt: true },
    policy: 'Owner',
    labels: { team: 'x' },
    annotations: { note: 'y' },
    data,
  })
})

test.each([
  [{ target: { name: 'other' } }, 'other'],
  [{ target: { name: '' } }, 'db'],
  [{ target: {} }, 'db'],
  [{}, 'db'],
  [undefined, 'db'],
  [null, 'db'],
  ['x', 'db'],
  [{ target: null }, 'db'],
  [{ target: { name: 7 } }, 'db'],
])('of the spec %j the target is named %s', (spec, name) => {
  expect(targetNameOf({ metadata: { name: 'db' }, spec } as ExternalSecret)).toBe(name)
})

test('what is applied owns the Secret, marks it and holds the values in base64', () => {
  const target = targetWith([
    ['b', bytes('2')],
    ['a', bytes('1')],
  ])

  const applied = applyOf(target, { uid: 'secret-uid', resourceVersion: '7' })

  expect(applied.metadata).toMatchObject({
    namespace: 'shop',
    name: 'secret',
    uid: 'secret-uid',
    resourceVersion: '7',
    labels: { team: 'x', 'reconcile.external-secrets.io/managed': 'true' },
    ownerReferences: [
      {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        name: 'db',
        uid: 'u1',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  })
  expect(applied.data).toEqual({ b: 'Mg==', a: 'MQ==' })
  expect(applyOf(target, {}).metadata).not.toHaveProperty('uid')
  expect(managerOf(target)).toBe('keyferry.io/externalsecret/db')
})

test('no digest of a value is written: other values give the same metadata', () => {
  const one = applyOf(targetWith([['a', bytes('1')]]), {})
  const other = applyOf(targetWith([['a', bytes('2')]]), {})

  expect(one.metadata).toEqual(other.metadata)
})

test('a key named __proto__ is sent as a key', () => {
  const applied = applyOf(targetWith([['__proto__', bytes('1')]]), {})

  expect(JSON.stringify(applied.data)).toBe('{"__proto__":"MQ=="}')
})

test('a withdrawal names the very Secret and holds nothing else', () => {
  expect(withdrawalOf(targetWith([]), 'secret-uid')).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'shop', name: 'secret', uid: 'secret-uid' },
  })
})

test('the size is that of the values in bytes, whatever their keys', () => {
  expect(
    sizeOf(
      new Map([
        ['a', bytes('€')],
        ['b'.repeat(100), bytes('x')],
      ]),
    ),
  ).toBe(4)
  expect(sizeOf(new Map())).toBe(0)
})
