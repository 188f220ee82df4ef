import { describe, expect, test } from 'vitest'
import { ExternalSecretSpec } from './externalsecret.ts'
import { externalSecretViolations } from './externalsecret-rules.ts'
import { violationsText } from './violation.ts'

const entry = { secretKey: 'a', remoteRef: { key: 'x' } }
const good = { secretStoreRef: { name: 'akeyless' }, data: [entry] }
const broken = (rest: object) =>
  violationsText(externalSecretViolations(ExternalSecretSpec.parse({ ...good, ...rest })))
const dataFrom = (...entries: object[]) => broken({ data: [], dataFrom: entries })
const generatorRef = { kind: 'Password', name: 'p' }

describe('externalSecretViolations() on sources', () => {
  test('nothing is wrong with a good spec', () => {
    expect(
      broken({
        refreshInterval: '0',
        dataFrom: [{ extract: { key: 'x' } }, { sourceRef: { generatorRef } }],
      }),
    ).toBe('')
  })

  test('neither data nor dataFrom', () => {
    expect(broken({ data: [] })).toBe(
      'spec: data or dataFrom is required: without them there is nothing to read',
    )
  })

  test('no store for an entry', () => {
    const storeRef = { name: 'other' }

    expect(broken({ secretStoreRef: {} })).toBe(
      'spec.secretStoreRef.name: is required unless every entry of data and dataFrom has a sourceRef',
    )
    expect(broken({ secretStoreRef: {}, data: [{ ...entry, sourceRef: { storeRef } }] })).toBe('')
  })

  test('a sourceRef that holds nothing, both, or a store without a name', () => {
    const of = (sourceRef: object) => broken({ data: [{ ...entry, sourceRef }] })

    expect(of({})).toBe('spec.data[0].sourceRef: must hold either storeRef or generatorRef')
    expect(of({ storeRef: { name: 's' }, generatorRef })).toBe(
      'spec.data[0].sourceRef: must hold either storeRef or generatorRef',
    )
    expect(of({ storeRef: {} })).toBe('spec.data[0].sourceRef.storeRef.name: is required')
  })

  test('one key twice, and thrice', () => {
    expect(broken({ data: [entry, entry] })).toBe('spec.data[1].secretKey: "a" is there twice')
    expect(broken({ data: [entry, entry, entry] })).toContain('spec.data[2].secretKey: "a" is there twice')
    expect(broken({ data: [entry, entry], target: { deletionPolicy: 'Retain' } })).toContain('is there twice')
  })

  test.each(['Delete', 'Merge'])('one key twice is no fault with deletionPolicy %s', (deletionPolicy) => {
    expect(broken({ data: [entry, entry], target: { deletionPolicy } })).toBe('')
  })

  test.each([
    ['find and extract', { find: {}, extract: { key: 'x' } }],
    ['generator and find', { find: {}, sourceRef: { generatorRef } }],
    ['generator and extract', { extract: { key: 'x' }, sourceRef: { generatorRef } }],
  ])('%s together', (_, it) => {
    expect(dataFrom(it)).toBe('spec.dataFrom[0]: extract, find and generatorRef exclude each other')
  })

  test('an empty entry of dataFrom, and one whose sourceRef is empty', () => {
    expect(dataFrom({})).toContain('spec.dataFrom[0]: needs extract, find or a sourceRef with a generatorRef')
    expect(dataFrom({ extract: { key: 'x' }, sourceRef: {} })).toBe(
      'spec.dataFrom[0].sourceRef: must hold either storeRef or generatorRef',
    )
  })

  test('a rewrite that is nothing or two things', () => {
    const regexp = { source: 'a', target: 'b' }
    const message = 'must hold exactly one of regexp, transform and merge'

    expect(dataFrom({ extract: { key: 'x' }, rewrite: [{ regexp }, {}] })).toBe(
      `spec.dataFrom[0].rewrite[1]: ${message}`,
    )
    expect(dataFrom({ extract: { key: 'x' }, rewrite: [{ regexp, merge: {} }] })).toBe(
      `spec.dataFrom[0].rewrite[0]: ${message}`,
    )
  })

  test('what is no duration', () => {
    const windows = [{ schedule: '@daily', duration: '1 day' }]

    expect(broken({ refreshInterval: '1 hour' })).toBe(
      'spec.refreshInterval: must be a duration such as 90s, 15m or 1h30m',
    )
    expect(broken({ refreshInterval: '-1h' })).toContain('spec.refreshInterval: must be a duration')
    expect(broken({ syncWindows: { kind: 'allow', windows } })).toContain(
      'spec.syncWindows.windows[0].duration: must be',
    )
  })

  test('several mistakes are told together', () => {
    expect(broken({ data: [], refreshInterval: 'x' }).split('; ')).toHaveLength(2)
  })
})

describe('externalSecretViolations() on the target', () => {
  const target = (it: object) => broken({ target: it })
  const tokenType = 'kubernetes.io/service-account-token'
  const templateFrom = (it: string) => [{ literal: 'a: b', target: it }]

  test.each(['Merge', 'None', 'CreateOrMerge'])(
    'deletionPolicy Delete with creationPolicy %s',
    (creationPolicy) => {
      expect(target({ deletionPolicy: 'Delete', creationPolicy })).toContain(
        'Delete needs creationPolicy Owner',
      )
    },
  )

  test('deletionPolicy Merge with creationPolicy None', () => {
    expect(target({ deletionPolicy: 'Merge', creationPolicy: 'None' })).toContain(
      'there is no Secret to take keys from',
    )
  })

  test('policies that go together', () => {
    expect(target({ deletionPolicy: 'Delete' })).toBe('')
    expect(target({ deletionPolicy: 'Delete', creationPolicy: 'Orphan' })).toBe('')
    expect(target({ deletionPolicy: 'Merge', creationPolicy: 'Merge' })).toBe('')
    expect(target({ deletionPolicy: 'Retain', creationPolicy: 'None' })).toBe('')
  })

  test.each(['bootstrap.kubernetes.io/token', 'helm.sh/release.v1'])('template type %s', (type) => {
    expect(target({ template: { type } })).toBe(`spec.target.template.type: must not be ${type}`)
  })

  test('a ServiceAccount token with the name of an account', () => {
    const metadata = { annotations: { 'kubernetes.io/service-account.name': 'admin' } }

    expect(target({ template: { type: tokenType, metadata } })).toContain('must not be given with type')
    expect(target({ template: { type: tokenType } })).toBe('')
    expect(target({ template: { type: 'Opaque', metadata } })).toBe('')
  })

  test.each(['Annotations', 'annotations', 'ANNOTATIONS'])(
    'a ServiceAccount token with templated %s',
    (it) => {
      expect(target({ template: { type: tokenType, templateFrom: templateFrom(it) } })).toContain(
        'must not be Annotations',
      )
      expect(target({ template: { type: tokenType, templateFrom: templateFrom('Data') } })).toBe('')
    },
  )

  test.each(['type', 'metadata.annotations', 'Metadata.OwnerReferences', 'immutable'])(
    'a templateFrom into %s of a Secret',
    (it) => {
      const template = { templateFrom: templateFrom(it) }

      expect(target({ template })).toContain('must be Data, Annotations or Labels')
      expect(target({ template, manifest: { apiVersion: 'v1', kind: 'Secret' } })).toContain('must be Data')
      expect(target({ template, manifest: { apiVersion: 'example.com/v1', kind: 'Teapot' } })).toBe('')
    },
  )

  test.each(['Data', 'dAtA', 'labels', ''])('a templateFrom into %j is allowed', (it) => {
    expect(target({ template: { templateFrom: templateFrom(it) } })).toBe('')
  })
})
