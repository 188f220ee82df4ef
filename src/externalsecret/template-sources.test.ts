import { beforeEach, describe, expect, test } from 'vitest'
import type { ExternalSecret } from '../api/externalsecret.ts'
import type { KubeObject } from '../kube/object.ts'
import { IndexedStore } from '../runtime/indexed-store.ts'
import { sourcesVersionOf, templateSourcesOf } from './template-sources.ts'

let secrets: IndexedStore<KubeObject>
let configMaps: IndexedStore<KubeObject>

beforeEach(() => {
  secrets = new IndexedStore()
  configMaps = new IndexedStore()
})

const from = (...templateFrom: object[]) =>
  ({
    metadata: { namespace: 'shop', name: 'db' },
    spec: { target: { template: { templateFrom } } },
  }) as unknown as ExternalSecret

const named = (name: string) => ({ name, items: [] })
const object = (name: string, resourceVersion: string, namespace = 'shop') => ({
  metadata: { namespace, name, uid: `uid-${name}`, resourceVersion },
})
const version = (it: ExternalSecret) => sourcesVersionOf(it, { secrets, configMaps })

test('each object that holds templates is named once', () => {
  const it = from({ configMap: named('a') }, { secret: named('a'), literal: 'x' }, { configMap: named('a') })

  expect(templateSourcesOf(it)).toEqual([
    { kind: 'ConfigMap', name: 'a' },
    { kind: 'Secret', name: 'a' },
  ])
})

test.each([undefined, null, 'x', [null, 3, 'y', { configMap: null }, { secret: { name: 3 } }]])(
  'templateFrom of another shape (%j) names none',
  (templateFrom) => {
    const spec = { target: { template: { templateFrom } } }

    expect(templateSourcesOf({ spec } as unknown as ExternalSecret)).toEqual([])
  },
)

describe('the version of the templates', () => {
  test('is empty where no other object holds any', () => {
    expect(version(from({ literal: 'x' }))).toBe('')
  })

  test('is another one when an object appears, changes, is made anew or goes', () => {
    const it = from({ configMap: named('a') })
    const seen = [version(it)]
    configMaps.put(object('a', '1'))
    seen.push(version(it))
    configMaps.put(object('a', '2'))
    seen.push(version(it))
    configMaps.put({ metadata: { ...object('a', '2').metadata, uid: 'other' } })
    seen.push(version(it))

    expect(new Set(seen).size).toBe(4)
    configMaps.delete('shop/a')
    expect(version(it)).toBe(seen[0])
  })

  test('does not move with objects of another kind, name or namespace', () => {
    configMaps.put(object('a', '1'))
    const it = from({ configMap: named('a') })
    const before = version(it)
    secrets.put(object('a', '1'))
    configMaps.put(object('b', '1'))
    configMaps.put(object('a', '7', 'bank'))

    expect(version(it)).toBe(before)
  })
})
