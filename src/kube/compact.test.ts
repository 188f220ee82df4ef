import { expect, test } from 'vitest'
import { compacted } from './compact.ts'

test('an object without managedFields says what it said', () => {
  const metadata = {
    name: 'db',
    namespace: 'shop',
    ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'b' }],
  }
  const conditions = [{ type: 'Ready', status: 'True', reason: 'Synced', message: 'The Secret is in sync' }]
  const object = { apiVersion: 'v1', kind: 'Thing', metadata, status: { conditions } }

  const managedFields = [{ manager: 'a-user' }]
  const given = { ...structuredClone(object), metadata: { ...structuredClone(metadata), managedFields } }

  expect(compacted(given)).toEqual({ ...object, metadata: { ...metadata, managedFields: undefined } })
})

test.each([
  { metadata: { name: 'a' } },
  { metadata: { name: 'a', ownerReferences: 'none' }, status: 'fine' },
  { metadata: { name: 'a', ownerReferences: [null] }, status: { conditions: {} } },
  { metadata: { name: 'a' }, status: { conditions: ['Ready', null, { type: 7 }] } },
])('an object of any shape stays as it is: %j', (object) => {
  expect(compacted(structuredClone(object) as never)).toEqual(object)
})
