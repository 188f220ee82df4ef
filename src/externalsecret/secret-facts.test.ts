import { expect, test } from 'vitest'
import { keysAnnotationOf } from './names.ts'
import { dataKeysOf, secretFacts } from './secret-facts.ts'

const entry = (manager: string, fieldsV1: unknown) => ({ manager, fieldsV1 })

test('the owners of data keys are read from managedFields', () => {
  const owners = dataKeysOf([
    entry('keyferry', { 'f:data': { '.': {}, 'f:user': {}, 'f:password': {} }, 'f:type': {} }),
    entry('kubectl', { 'f:metadata': { 'f:labels': {} } }),
    entry('person', { 'f:data': { 'f:password': {} } }),
  ])

  expect([...owners]).toEqual([
    ['keyferry', ['user', 'password']],
    ['person', ['password']],
  ])
})

test('one manager that wrote in two ways owns each key once', () => {
  const owners = dataKeysOf([
    entry('a', { 'f:data': { 'f:x': {} } }),
    entry('a', { 'f:data': { 'f:x': {}, 'f:y': {} } }),
  ])

  expect(owners.get('a')).toEqual(['x', 'y'])
})

test('keys that look like parts of the format or of the language are ordinary keys', () => {
  const fields = JSON.parse(
    '{"f:data":{"f:f:data":{},"f:__proto__":{},"f:constructor":{},"f:":{},"k:{}":{}}}',
  ) as unknown

  expect(dataKeysOf([entry('a', fields)]).get('a')).toEqual(['f:data', '__proto__', 'constructor', ''])
})

test.each([
  undefined,
  null,
  'x',
  3,
  [],
  {},
  { 'f:data': null },
  { 'f:data': 'x' },
  { 'f:data': {} },
  { 'f:data': { '.': {} } },
])('fieldsV1 %j owns nothing, and takes no room', (fieldsV1) => {
  expect(dataKeysOf([entry('a', fieldsV1)])).toBe(dataKeysOf([]))
})

test('an entry without a manager stands under the empty name', () => {
  expect([...dataKeysOf([{ fieldsV1: { 'f:data': { 'f:x': {} } } }]).keys()]).toEqual([''])
})

test('of a Secret only what is needed is kept, and never data', () => {
  const metadata = {
    name: 'db',
    namespace: 'shop',
    uid: 'u',
    resourceVersion: '7',
    creationTimestamp: '2026-01-01T00:00:00Z',
    generation: 1,
    labels: { team: 'x', 'reconcile.external-secrets.io/managed': 'true' },
    annotations: {
      note: 'y',
      'keyferry.io/data-keys': 'abc',
      'kubectl.kubernetes.io/last-applied-configuration': 'big',
    },
    managedFields: [entry('a', { 'f:data': { 'f:x': {} } })],
  }

  const facts = secretFacts({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    data: { x: 'canary' },
  } as object as Parameters<typeof secretFacts>[0])

  expect(facts).toEqual({
    metadata: {
      name: 'db',
      namespace: 'shop',
      uid: 'u',
      resourceVersion: '7',
      labels: { 'reconcile.external-secrets.io/managed': 'true' },
      annotations: { 'keyferry.io/data-keys': 'abc' },
    },
    dataKeys: new Map([['a', ['x']]]),
  })
})

test('a Secret without marks has neither labels nor annotations', () => {
  expect(secretFacts({ metadata: { name: 'db', labels: { a: 'b' } } }).metadata).toEqual({ name: 'db' })
})

test('what was applied as stringData counts as data, and is told apart', () => {
  const entry = { manager: 'gitops', fieldsV1: { 'f:stringData': { 'f:a': {} }, 'f:data': { 'f:b': {} } } }

  const { dataKeys, textKeys } = secretFacts({ metadata: { name: 'db', managedFields: [entry] } })

  expect(dataKeys).toEqual(new Map([['gitops', ['b', 'a']]]))
  expect(textKeys).toEqual(['a'])
})

test('the marks of all ExternalSecrets that merged keys into it are kept', () => {
  const annotations = { [keysAnnotationOf('db')]: 'x', [keysAnnotationOf('other')]: 'y', note: 'z' }

  const { note: _, ...marks } = annotations
  expect(secretFacts({ metadata: { name: 'db', annotations } }).metadata.annotations).toEqual(marks)
})
