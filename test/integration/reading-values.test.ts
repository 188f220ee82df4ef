import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { selfSigned } from '../fakes/akeyless/certificates.ts'
import { newServedWorld, type ServedWorld } from '../manager/served-world.ts'
import type { World } from '../manager/world.ts'

const cluster = sharedCluster()
let scene: ServedWorld
let world: World

beforeAll(async () => {
  scene = await newServedWorld(cluster)
  world = scene.world
  seed()
  const certificate = await selfSigned()
  world.akeyless.state.classicKey(item('signing'), {
    key: certificate.privateKeyPem,
    certificate: 'CERT',
  })
  const specs = Object.entries(synced).map(([name, { spec }]) => world.externalSecret(name, spec()))
  const refused = Object.entries(failing).map(([name, { spec }]) => world.externalSecret(name, spec()))
  await world.apply(world.store('akeyless'), ...specs, ...refused)
})

afterAll(() => scene?.[Symbol.asyncDispose]())

const item = (name: string) => `/${world.namespace}/${name}`
const ref = (name: string, rest: object = {}) => ({ key: item(name), ...rest })
const data = (secretKey: string, name: string, rest: object = {}) => ({
  secretKey,
  remoteRef: ref(name, rest),
})
const typed = (type: string) => ({ template: { type } })

const docker = '{"auths":{"registry.example":{"username":"u","password":"p","auth":"dTpw"}}}'
const nested =
  '{"name":{"first":"Tom","last":"A.B"},"friends":[{"name":"Dale","age":44},{"name":"Roger","age":68}],' +
  '"dotted.key":"x","port":5432,"ratio":1.50,"on":true,"none":null,"docker":' +
  `${docker}}`

function seed(): void {
  const { state } = world.akeyless
  state.secret(item('simple'), { value: 'one' })
  state.putSecret(item('simple'), 'two')
  state.secret(item('nested'), { value: nested, format: 'json', tags: ['blue', 'red'] })
  state.secret(item('later'), { value: '{"port":"later","b":"2"}', format: 'json' })
  state.secret(item('prefixed'), { value: '{"dev-user":"u","dev-pass word":"p"}', format: 'json' })
  state.secret(item('odd'), { value: '{"a b":"1","a/b":"2"}', format: 'json' })
  state.secret(item('docker'), { value: docker })
  state.secret(item('in-string'), { value: JSON.stringify({ inner: '{"k":"v"}' }), format: 'json' })
  state.secret(item('ssh'), { value: JSON.stringify({ key: '-----BEGIN KEY-----\nA\n' }), format: 'json' })
  state.secret(item('encoded'), { value: '{"std":"AP/+","url":"AP_-","plain":"hi there"}', format: 'json' })
  state.secret(item('base64'), { value: 'aGVsbG8=' })
  state.secret(item('nul'), { value: '{"good":"x","nul":"a\\u0000b","also":"c\\u0000"}', format: 'json' })
}

/** What External Secrets Operator makes of the same manifests (its conformance list, sections 7.1, 7.4 and 7.10). */
const synced: Record<string, { spec: () => object; expected: Record<string, string> }> = {
  'simple-data': {
    spec: () => ({ data: [data('a', 'simple'), data('b', 'simple', { version: '1' })] }),
    expected: { a: 'two', b: 'one' },
  },
  extract: {
    spec: () => ({ dataFrom: [{ extract: ref('nested') }] }),
    expected: {
      name: '{"first":"Tom","last":"A.B"}',
      friends: '[{"name":"Dale","age":44},{"name":"Roger","age":68}]',
      'dotted.key': 'x',
      port: '5432',
      ratio: '1.50',
      on: 'true',
      none: '',
      docker,
    },
  },
  'extract-property': {
    spec: () => ({
      dataFrom: [
        { extract: ref('nested', { property: 'friends.1' }) },
        { extract: ref('in-string', { property: 'inner' }) },
      ],
    }),
    expected: { name: 'Roger', age: '68', k: 'v' },
  },
  'extract-rewrite': {
    spec: () => ({
      dataFrom: [
        {
          extract: ref('prefixed'),
          rewrite: [
            { regexp: { source: '^dev-(.*)$', target: 'prod-$1' } },
            { regexp: { source: ' ', target: '_' } },
            { transform: { template: '{{ .value | upper }}' } },
          ],
        },
      ],
    }),
    expected: { 'PROD-USER': 'u', 'PROD-PASS_WORD': 'p' },
  },
  'rewrite-merge': {
    spec: () => ({
      dataFrom: [
        {
          extract: ref('nested', { property: '{"a":name,"b":friends|0}' }),
          rewrite: [{ merge: { conflictPolicy: 'Ignore', priority: ['b'] } }],
        },
      ],
    }),
    expected: { first: 'Tom', last: 'A.B', name: 'Dale', age: '44' },
  },
  'nested-gjson': {
    spec: () => ({
      data: [
        data('first', 'nested', { property: 'name.first' }),
        data('dotted', 'nested', { property: 'dotted.key' }),
        data('second', 'nested', { property: 'friends.1.name' }),
        data('count', 'nested', { property: 'friends.#' }),
        data('names', 'nested', { property: 'friends.#.name' }),
        data('old', 'nested', { property: 'friends.#(age>50).name' }),
        data('object', 'nested', { property: 'name' }),
        data('port', 'nested', { property: 'port' }),
        data('none', 'nested', { property: 'none' }),
      ],
    }),
    expected: {
      first: 'Tom',
      dotted: 'x',
      second: 'Roger',
      count: '2',
      names: '["Dale","Roger"]',
      old: 'Roger',
      object: '{"first":"Tom","last":"A.B"}',
      port: '5432',
      none: '',
    },
  },
  dockerconfigjson: {
    spec: () => ({
      target: typed('kubernetes.io/dockerconfigjson'),
      data: [data('.dockerconfigjson', 'docker')],
    }),
    expected: { '.dockerconfigjson': docker },
  },
  'dockerconfigjson-property': {
    spec: () => ({
      target: typed('kubernetes.io/dockerconfigjson'),
      data: [data('.dockerconfigjson', 'nested', { property: 'docker' })],
    }),
    expected: { '.dockerconfigjson': docker },
  },
  'ssh-auth': {
    spec: () => ({
      target: typed('kubernetes.io/ssh-auth'),
      data: [data('ssh-privatekey', 'ssh', { property: 'key' })],
    }),
    expected: { 'ssh-privatekey': '-----BEGIN KEY-----\nA\n' },
  },
  decoding: {
    spec: () => ({
      dataFrom: [{ extract: ref('later', { decodingStrategy: 'None' }) }],
      data: [
        data('auto', 'base64', { decodingStrategy: 'Auto' }),
        data('none', 'base64', { decodingStrategy: 'None' }),
        data('base64', 'base64', { decodingStrategy: 'Base64' }),
        data('plain', 'encoded', { property: 'plain', decodingStrategy: 'Auto' }),
      ],
    }),
    expected: { port: 'later', b: '2', auto: 'hello', none: 'aGVsbG8=', base64: 'hello', plain: 'hi there' },
  },
  order: {
    spec: () => ({
      dataFrom: [{ extract: ref('nested', { property: '{port}' }) }, { extract: ref('later') }],
      data: [data('b', 'simple')],
    }),
    expected: { port: 'later', b: 'two' },
  },
  unicode: {
    spec: () => ({ dataFrom: [{ extract: ref('odd', { conversionStrategy: 'Unicode' }) }] }),
    expected: { a_U0020_b: '1', a_U002f_b: '2' },
  },
  tags: {
    spec: () => ({
      data: [
        data('all', 'nested', { metadataPolicy: 'Fetch' }),
        data('second', 'nested', { metadataPolicy: 'Fetch', property: '1' }),
      ],
    }),
    expected: { all: '["blue","red"]', second: 'red' },
  },
  'classic-key': {
    spec: () => ({ data: [data('certificate', 'signing', { property: 'certificate_pem' })] }),
    expected: { certificate: 'CERT' },
  },
  'nul-ignored': {
    spec: () => ({ data: [data('a', 'nul', { property: 'nul', nullBytePolicy: 'Ignore' })] }),
    expected: { a: 'a\u0000b' },
  },
}

describe('a Secret is made by', () => {
  test.each(Object.keys(synced))('%s', async (name) => {
    await world.reason('externalsecret', name, 'Synced')

    expect(await world.secret(name)).toEqual(synced[name]?.expected)
  })

  test('binary values, byte by byte', async () => {
    const spec = { dataFrom: [{ extract: ref('encoded', { decodingStrategy: 'Auto' }) }] }
    await world.apply(world.externalSecret('binary', spec))
    await world.reason('externalsecret', 'binary', 'Synced')

    const { data: bytes } = (await world.get('secret', 'binary')) as unknown as { data: object }
    expect(bytes).toEqual({ std: 'AP/+', url: 'AP/+', plain: 'aGkgdGhlcmU=' })
  })
})

const failing: Record<string, { spec: () => object; reason: string; words: string }> = {
  'nul-data': {
    spec: () => ({ data: [data('a', 'nul', { property: 'nul', nullBytePolicy: 'Fail' })] }),
    reason: 'InvalidSpec',
    words: 'the value of "a" holds a NUL byte',
  },
  'nul-extract': {
    spec: () => ({ dataFrom: [{ extract: ref('nul', { nullBytePolicy: 'Fail' }) }] }),
    reason: 'InvalidSpec',
    words: 'the value of "also" holds a NUL byte',
  },
  'rewrite-converts-nothing': {
    spec: () => ({
      dataFrom: [{ extract: ref('odd'), rewrite: [{ regexp: { source: 'z', target: 'y' } }] }],
    }),
    reason: 'InvalidSpec',
    words: '"a b" is no key that a Secret may hold',
  },
  collision: {
    spec: () => ({ dataFrom: [{ extract: ref('odd') }] }),
    reason: 'InvalidSpec',
    words: 'two of them become "a_b"',
  },
  'not-base64': {
    spec: () => ({ data: [data('a', 'simple', { decodingStrategy: 'Base64' })] }),
    reason: 'InvalidSpec',
    words: 'the value of "a" is not Base64',
  },
  'no-property': {
    spec: () => ({ data: [data('a', 'nested', { property: 'name.middle' })] }),
    reason: 'KeyNotFound',
    words: 'has nothing at property "name.middle"',
  },
  'no-object': {
    spec: () => ({ dataFrom: [{ extract: ref('simple') }] }),
    reason: 'KeyNotFound',
    words: 'is not a JSON object',
  },
  'merge-conflict': {
    spec: () => ({
      dataFrom: [
        { extract: ref('nested', { property: '{"a":friends|0,"b":friends|1}' }), rewrite: [{ merge: {} }] },
      ],
    }),
    reason: 'InvalidSpec',
    words: 'several items have "age", "name"',
  },
  generator: {
    spec: () => ({ dataFrom: [{ sourceRef: { generatorRef: { kind: 'Password', name: 'p' } } }] }),
    reason: 'InvalidSpec',
    words: 'spec.dataFrom[0].sourceRef.generatorRef: is not supported',
  },
}

describe('no Secret is made, and the condition says why:', () => {
  test.each(Object.keys(failing))('%s', async (name) => {
    const { reason = '', words = '' } = failing[name] ?? {}
    const { status } = await world.reason('externalsecret', name, reason)

    expect(status?.conditions?.find((it) => it.type === 'Ready')?.message).toContain(words)
    expect(await world.secret(name)).toBeUndefined()
  })
})
