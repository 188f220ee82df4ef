import { expect, test } from 'vitest'
import type { ExternalSecret } from '../api/externalsecret.ts'
import { driftFor } from './drift.ts'
import { fieldManagerOf, keysAnnotationOf, keysDigest } from './names.ts'
import { keysAnnotation, managedLabel } from './secret-facts.ts'

const manager = fieldManagerOf('db')

function object(creationPolicy: string, reason = 'Synced'): ExternalSecret {
  const status = { conditions: [{ type: 'Ready', status: 'True', reason }] }
  return {
    metadata: { name: 'db', uid: 'u1' },
    spec: { target: { creationPolicy } },
    status,
  } as ExternalSecret
}

/** A Secret with a key of ours, `a`, and one of theirs, as a merge leaves it; `keys` are ours by the mark. */
function merged(ours: readonly string[] = ['a'], facts: object = {}) {
  const annotations = { [keysAnnotationOf('db')]: keysDigest(['a']) }
  const dataKeys = new Map([
    [manager, ours],
    ['them', ['b']],
  ])
  return { metadata: { name: 'db', labels: { [managedLabel]: 'true' }, annotations }, dataKeys, ...facts }
}

const owned = {
  metadata: {
    name: 'db',
    labels: { [managedLabel]: 'true' },
    annotations: { [keysAnnotation]: keysDigest(['a']) },
    ownerReferences: [
      { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'db', uid: 'u1' },
    ],
  },
  dataKeys: new Map([[manager, ['a']]]),
}

test.each(['None', 'Orphan'])('with %s nothing is drift', (policy) => {
  expect(driftFor(object(policy), undefined)).toBeUndefined()
  expect(driftFor(object(policy), merged([]))).toBeUndefined()
})

test('with Owner everything is that is not as it was written', () => {
  expect(driftFor(object('Owner'), owned)).toBeUndefined()
  expect(driftFor(object('Owner'), undefined)).toBe('the Secret is gone')
  expect(driftFor(object('Owner'), merged())).toBe('somebody else changed its data')
})

test('a Secret that was deleted for its policy is not missed, nor is one that is waited for', () => {
  expect(driftFor(object('Owner', 'SecretDeleted'), undefined)).toBeUndefined()
  expect(driftFor(object('Merge', 'SecretMissing'), undefined)).toBeUndefined()
})

test.each(['Merge', 'CreateOrMerge'])('with %s only our keys count', (policy) => {
  const drift = (facts: Parameters<typeof driftFor>[1]) => driftFor(object(policy), facts)

  expect(drift(merged())).toBeUndefined()
  expect(drift(merged(['a'], { textKeys: ['b'] }))).toBeUndefined()
  expect(drift(undefined)).toBe('the Secret is gone')
  expect(drift(merged([]))).toBe('our keys in it were changed or taken away')
  expect(drift(merged(['a'], { textKeys: ['a'] }))).toBe('our keys in it were changed or taken away')
  expect(drift({ ...merged(), metadata: { ...merged().metadata, labels: {} } })).toBe('its label was removed')
})
