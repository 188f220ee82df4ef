import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ExternalSecret, ExternalSecretSpec } from '../api/externalsecret.ts'
import type { OpenedStore } from '../store/open.ts'
import { openStores, storeRefsIn } from './spec-stores.ts'

const source = (name: string, kind?: 'ClusterSecretStore') => ({
  sourceRef: { storeRef: { name, ...(kind !== undefined && { kind }) } },
})
const entry = (secretKey: string, rest: object = {}) => ({ secretKey, remoteRef: { key: '/a' }, ...rest })

function opening(spec: ExternalSecretSpec, versions: Record<string, string> = {}, foreign = '') {
  const opened: string[] = []
  const object: ExternalSecret = { metadata: { namespace: 'shop', name: 'db' }, spec }
  const stores = openStores(object, ({ kind, name }, namespace) => {
    opened.push(`${kind} ${namespace}/${name}`)
    if (name === foreign) return undefined
    return { title: `${kind} ${name}`, version: versions[name] ?? '1' } as OpenedStore
  })
  return { opened, stores }
}

describe('the stores of a spec', () => {
  const several = {
    secretStoreRef: { name: 'main' },
    dataFrom: [{ find: { name: {} }, ...source('b', 'ClusterSecretStore') }],
    data: [entry('x'), entry('y', source('b')), entry('z', source('main'))],
  }

  test('are opened once each, and each entry has its own', () => {
    const { opened, stores } = opening(several)

    expect(opened).toEqual(['ClusterSecretStore shop/b', 'SecretStore shop/main', 'SecretStore shop/b'])
    expect(stores?.of(undefined).title).toBe('SecretStore main')
    expect(stores?.of(source('b').sourceRef).title).toBe('SecretStore b')
    expect(stores?.of(source('b', 'ClusterSecretStore').sourceRef).title).toBe('ClusterSecretStore b')
  })

  test('are not opened when no entry reads from them', () => {
    expect(opening({ secretStoreRef: { name: 'main' }, data: [entry('x', source('b'))] }).opened).toEqual([
      'SecretStore shop/b',
    ])
  })

  test('are nobody’s when another controller serves one', () => {
    expect(opening(several, {}, 'main').stores).toBeUndefined()
  })

  test('have one version, which changes with that of any, and when two change places', () => {
    const versionOf = (versions: Record<string, string>) => opening(several, versions).stores?.version

    expect(opening({ secretStoreRef: { name: 'main' }, data: [entry('x')] }).stores?.version).toBe('1')
    const all = [{}, { b: '2' }, { main: '2' }, { b: '2', main: '2' }].map(versionOf)
    expect(new Set(all).size).toBe(4)
  })

  test('are named in messages, at most two of them', () => {
    const titleOf = (...names: string[]) =>
      opening({ data: names.map((it) => entry(it, source(it))) }).stores?.title

    expect(titleOf('a')).toBe('SecretStore a')
    expect(titleOf('a', 'b')).toBe('SecretStore a, SecretStore b')
    expect(titleOf('a', 'b', 'c')).toBe('SecretStore a, SecretStore b and 1 more')
    expect(titleOf('a', 'b', 'c', 'd')).toBe('SecretStore a, SecretStore b and 2 more')
  })
})

describe('the stores that a raw object names', () => {
  test('are those of the spec and of all entries', () => {
    expect(
      storeRefsIn({
        spec: {
          secretStoreRef: { name: 'main' },
          data: [source('a'), {}, { sourceRef: { generatorRef: { name: 'g' } } }],
          dataFrom: [source('b', 'ClusterSecretStore')],
        },
      }),
    ).toEqual([
      { kind: 'SecretStore', name: 'main' },
      { kind: 'ClusterSecretStore', name: 'b' },
      { kind: 'SecretStore', name: 'a' },
    ])
  })

  test('are found or not, whatever its shape, and nothing is thrown', () => {
    const specs = fc.oneof(
      fc.anything(),
      fc.record({ data: fc.anything(), dataFrom: fc.array(fc.anything()), secretStoreRef: fc.anything() }),
      fc.record({
        data: fc.array(
          fc.record({ sourceRef: fc.oneof(fc.anything(), fc.record({ storeRef: fc.anything() })) }),
        ),
      }),
    )
    fc.assert(
      fc.property(specs, (spec) => {
        for (const { kind, name } of storeRefsIn({ spec }))
          expect([typeof kind, typeof name]).toEqual(['string', 'string'])
        expect(storeRefsIn({ spec })).toBeInstanceOf(Array)
      }),
    )
  })
})
