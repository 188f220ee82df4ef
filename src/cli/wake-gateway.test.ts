import { expect, test } from 'vitest'
import type { ExternalSecret } from '../api/externalsecret.ts'
import type { SecretStore } from '../api/secretstore.ts'
import { externalSecretIndexers } from '../externalsecret/wake.ts'
import type { Controller } from '../runtime/controller.ts'
import { IndexedStore } from '../runtime/indexed-store.ts'
import { type Behind, wakeBehind } from './wake-gateway.ts'

const secrets = new IndexedStore<ExternalSecret>(externalSecretIndexers)
const stores = new IndexedStore<SecretStore>()
let woken: string[] = []

function controller(name: string, failing: readonly string[]): Controller {
  const wakeFailing: Controller['wakeFailing'] = (isConcerned) => {
    woken.push(...failing.filter(isConcerned).map((it) => `${name} ${it}`))
  }
  const nothing = () => undefined
  return {
    name,
    start: nothing,
    stop: () => Promise.resolve(),
    enqueue: nothing,
    wakeFailing,
    isBehind: () => false,
  }
}

function put(name: string, url: unknown): void {
  const spec = { provider: { akeyless: { akeylessGWApiURL: url } } }
  stores.put({ metadata: { namespace: 'shop', name, uid: name }, spec } as object as SecretStore)
  const ofStore = { secretStoreRef: { name } }
  secrets.put({ metadata: { namespace: 'shop', name: `of-${name}`, uid: `of-${name}` }, spec: ofStore })
}

put('here', 'https://gw.example:8443/api/v2')
put('there', 'https://other.example')
put('public', '')
put('odd', 7)
put('odder', 'no url')

const failing = [...stores.list()].map((it) => `shop/${it.metadata.name}`)
const behind = {
  caches: { externalSecrets: { store: secrets } },
  controller: controller('externalsecret', ['shop/of-here', 'shop/of-there', 'shop/of-public']),
  ofStores: [{ kind: 'SecretStore', informer: { store: stores }, controller: controller('store', failing) }],
} as object as Behind

test.each([
  ['gw.example:8443', ['store shop/here', 'externalsecret shop/of-here']],
  ['other.example', ['store shop/there', 'externalsecret shop/of-there']],
  ['unknown.example', []],
])('%s wakes the stores that name it, and who reads from them', (gateway, expected) => {
  woken = []
  wakeBehind(gateway, behind)

  expect(woken).toEqual(expected)
})

test('no URL is the public service', () => {
  woken = []
  wakeBehind('api.akeyless.io', behind)

  expect(woken).toContain('externalsecret shop/of-public')
})
