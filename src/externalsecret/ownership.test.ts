import { describe, expect, test } from 'vitest'
import { emptyTarget as target } from '../../test/fakes/secrets/target.ts'
import type { ObjectMeta } from '../kube/object.ts'
import { createdBy, esoFieldManagersOf, fieldManagerOf, keysAnnotationOf, keysDigest } from './names.ts'
import { driftOf, isStaleOwner, ownershipOf, protectionOf } from './ownership.ts'

const ours = fieldManagerOf('db')
const esoLabel = 'reconcile.external-secrets.io/created-by'
const managed = 'reconcile.external-secrets.io/managed'

const reference = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  name: 'db',
  uid: 'u1',
  controller: true,
}
const owned = (...ownerReferences: (typeof reference)[]): Partial<ObjectMeta> => ({ ownerReferences })
const meta = (metadata: Partial<ObjectMeta> = {}): ObjectMeta => ({ name: 'secret', ...metadata })

function judged(metadata: Partial<ObjectMeta>, ...managers: string[]) {
  return ownershipOf(target, meta(metadata), new Map(managers.map((it) => [it, ['a']])))
}

describe('a Secret is ours', () => {
  test.each<[string, Partial<ObjectMeta>, string[]]>([
    ['by its field manager', {}, [ours]],
    ['by its field manager beside others', {}, [ours, 'kubectl']],
    ['by its owner reference', owned(reference), ['velero']],
    [
      'by an owner reference whose UID is stale after a restore',
      owned({ ...reference, uid: 'old' }),
      ['velero'],
    ],
    [
      'by an owner reference of the older API version',
      owned({ ...reference, apiVersion: 'external-secrets.io/v1beta1' }),
      ['x'],
    ],
    ['by an owner reference that does not control', owned({ ...reference, controller: false }), ['velero']],
    [
      "by the peer's label and its field manager",
      { labels: { [esoLabel]: createdBy('shop', 'db') } },
      [esoFieldManagersOf('db')[0] ?? ''],
    ],
    [
      "by the peer's label and its hashed field manager",
      { labels: { [esoLabel]: createdBy('shop', 'db') } },
      [esoFieldManagersOf('db')[1] ?? ''],
    ],
    [
      "by the peer's field manager on all of its data, where the peer was no owner (Orphan)",
      { labels: { [managed]: 'true' } },
      [esoFieldManagersOf('db')[0] ?? ''],
    ],
  ])('%s', (_, metadata, managers) => {
    expect(judged(metadata, ...managers)).toEqual({ kind: 'ours' })
  })
})

describe('a Secret is foreign', () => {
  test.each<[string, Partial<ObjectMeta>, string[]]>([
    ['when somebody else wrote its data', {}, ['kubectl']],
    [
      "when it has the peer's label but not its field manager",
      { labels: { [esoLabel]: createdBy('shop', 'db') } },
      ['kubectl'],
    ],
    [
      "when it has the peer's field manager but the label of another",
      { labels: { [esoLabel]: createdBy('shop', 'x') } },
      [esoFieldManagersOf('db')[0] ?? ''],
    ],
    [
      "when the peer's field manager merged keys into what somebody else wrote",
      { labels: { [managed]: 'true' } },
      [esoFieldManagersOf('db')[0] ?? '', 'kubectl'],
    ],
    [
      'when the peer wrote it for an ExternalSecret of another name',
      { labels: { [managed]: 'true' } },
      [esoFieldManagersOf('other')[0] ?? ''],
    ],
    ["when the peer's field manager wrote it and its label is gone", {}, [esoFieldManagersOf('db')[0] ?? '']],
    ['when another ExternalSecret wrote it', {}, [fieldManagerOf('other')]],
    ['when we merged keys into it', { annotations: { [keysAnnotationOf('db')]: 'x' } }, [ours]],
  ])('%s, and may be adopted', (_, metadata, managers) => {
    expect(judged(metadata, ...managers)).toMatchObject({ kind: 'foreign', adoptable: true })
  })

  test.each([
    ['another ExternalSecret', { ...reference, name: 'other' }],
    ['another kind', { ...reference, kind: 'PushSecret' }],
    ['another group that only looks alike', { ...reference, apiVersion: 'external-secrets.io.example/v1' }],
  ])('when %s controls it, whoever wrote its data, and may not be adopted', (_, stranger) => {
    expect(judged(owned(stranger), ours)).toMatchObject({ kind: 'foreign', adoptable: false })
    expect(judged(owned({ ...reference, controller: false }, stranger))).toMatchObject({ kind: 'foreign' })
  })

  test('and the message says whose it is', () => {
    expect(judged({}, 'kubectl', 'helm')).toMatchObject({
      because: 'its data was written by "kubectl", "helm"',
    })
    expect(judged(owned({ ...reference, name: 'other' }))).toMatchObject({
      because: 'it is controlled by ExternalSecret "other"',
    })
  })
})

test('a Secret whose data nobody owns is free', () => {
  expect(judged({ labels: { a: 'b' } })).toEqual({ kind: 'free' })
  expect(judged(owned({ ...reference, kind: 'Pod', controller: false }))).toEqual({ kind: 'free' })
})

test('an owner is stale when only its UID is another', () => {
  expect(isStaleOwner(target, { ...reference, uid: 'old' })).toBe(true)
  expect(isStaleOwner(target, reference)).toBe(false)
  expect(isStaleOwner(target, { ...reference, name: 'other', uid: 'old' })).toBe(false)
})

test.each<[string | undefined, Partial<ObjectMeta>, string | undefined]>([
  [undefined, { annotations: { 'cert-manager.io/certificate-name': 'web' } }, 'it belongs to cert-manager'],
  [
    'kubernetes.io/tls',
    { labels: { 'controller.cert-manager.io/fao': 'true' } },
    'it belongs to cert-manager',
  ],
  [
    'Opaque',
    { annotations: { 'kubernetes.io/service-account.name': 'app' } },
    'it is a ServiceAccount token',
  ],
  ['kubernetes.io/service-account-token', {}, 'it is a ServiceAccount token'],
  ['bootstrap.kubernetes.io/token', {}, 'it is a bootstrap token'],
  ['helm.sh/release.v1', {}, 'it is a Helm release'],
  ['kubernetes.io/tls', {}, undefined],
  [undefined, {}, undefined],
])('a Secret of type %s with %j is protected because %s', (type, metadata, because) => {
  expect(protectionOf(type, meta(metadata))).toBe(because)
})

describe('drift', () => {
  const good = {
    metadata: meta({
      labels: { 'reconcile.external-secrets.io/managed': 'true' },
      annotations: { 'keyferry.io/data-keys': keysDigest(['a', 'b']) },
      ...owned(reference),
    }),
    dataKeys: new Map([[ours, ['b', 'a']]]),
  }

  test('is none on a Secret as we left it', () => {
    expect(driftOf('db', 'u1', good)).toBeUndefined()
  })

  test.each([
    ['the Secret is gone', undefined],
    ['somebody else changed its data', { ...good, dataKeys: new Map([...good.dataKeys, ['x', ['b']]]) }],
    ['keys were taken from its data', { ...good, dataKeys: new Map([[ours, ['a']]]) }],
    ['keys were taken from its data', { ...good, dataKeys: new Map() }],
    ['keys were taken from its data', { ...good, metadata: { ...good.metadata, annotations: {} } }],
    ['its label was removed', { ...good, metadata: { ...good.metadata, labels: {} } }],
    ['its owner reference was removed', { ...good, metadata: { ...good.metadata, ownerReferences: [] } }],
    [
      'its owner reference was removed',
      { ...good, metadata: { ...good.metadata, ...owned({ ...reference, uid: 'u2' }) } },
    ],
  ])('is seen: %s', (drift, facts) => {
    expect(driftOf('db', 'u1', facts)).toBe(drift)
  })
})
