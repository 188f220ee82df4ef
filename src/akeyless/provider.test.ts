import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  accessId,
  accessKey,
  createBench,
  onBehalfOf,
  reading,
  withAccessKey,
} from '../../test/contract/akeyless-bench.ts'
import { type Bench, endScene, startStandIn } from '../../test/contract/akeyless-scene.ts'
import { providerContract } from '../../test/contract/provider.ts'
import { selfSigned } from '../../test/fakes/akeyless/certificates.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'

const canary = 'canary-value-5e4d3c2b'

providerContract('akeyless', async () => {
  const akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId, accessKey, admin: true })
  akeyless.state.secret('/contract/a', { value: 'older' })
  akeyless.state.putSecret('/contract/a', 'alpha')
  akeyless.state.secret('/contract/b', { value: 'beta' })
  const bench = createBench({ url: akeyless.url })
  return {
    provider: bench.open(),
    version: { name: '1', value: 'older' },
    async [Symbol.asyncDispose]() {
      await bench.close()
      await akeyless.stop()
    },
  }
})

let akeyless: AkeylessStandIn
let bench: Bench

beforeEach(async () => {
  akeyless = await startStandIn()
  akeyless.state.secret('/shop/db', { value: canary })
  bench = createBench({ url: akeyless.url })
})
afterEach(() => endScene(bench, akeyless))

describe('a read', () => {
  test('costs one login, one description and one value; later ones one value', async () => {
    const provider = bench.open()

    const first = await bench.read(provider, '/shop/db')
    const second = await bench.read(provider, '/shop/db')

    expect([first, second]).toEqual([[canary], [canary]])
    expect(akeyless.calls.count('/auth')).toBe(1)
    expect(akeyless.calls.count('/describe-item')).toBe(1)
    expect(akeyless.calls.count('/get-secret-value')).toBe(2)
  })

  test('of a structured static secret gives its JSON text', async () => {
    akeyless.state.secret('/shop/json', { value: '{"a":1,"b":{"c":"d"}}', format: 'json' })

    const [text = ''] = await bench.read(bench.open(), '/shop/json')

    expect(JSON.parse(text)).toEqual({ a: 1, b: { c: 'd' } })
  })

  test('of a name without its leading slash finds the value, whatever the answer calls it', async () => {
    const [text] = await bench.read(bench.open(), 'shop/db')

    expect(text).toBe(canary)
  })

  test('of a rotated secret gives what is inside its envelope', async () => {
    akeyless.state.rotated('/shop/rotated', { username: 'a', password: 'b' })

    const [text = ''] = await bench.read(bench.open(), '/shop/rotated')

    expect(JSON.parse(text)).toMatchObject({ username: 'a', password: 'b' })
  })

  test('of a certificate gives its fields as JSON text', async () => {
    const pem = await selfSigned()
    akeyless.state.certificate('/shop/tls', pem)

    const [text = ''] = await bench.read(bench.open(), '/shop/tls')

    expect(JSON.parse(text)).toMatchObject({
      certificate_pem: pem.certificatePem,
      private_key_pem: pem.privateKeyPem,
    })
  })

  test('of a dynamic secret is refused and mints nothing', async () => {
    akeyless.state.dynamic('/shop/dynamic')

    const [reason] = await bench.read(bench.open(), '/shop/dynamic')

    expect(reason).toBe('InvalidSpec')
    expect(akeyless.calls.byPath()).not.toHaveProperty('/get-dynamic-secret-value')
  })

  test.each(['latest', '-1', '1.5', '1e3', ' 1', '99999999999'])(
    'of version "%s" is refused',
    async (version) => {
      const outcomes = await bench.open().read([{ key: '/shop/db', version }], reading())

      expect(bench.shown(outcomes)).toEqual(['InvalidSpec'])
    },
  )

  test('of a version that does not exist says so', async () => {
    const outcomes = await bench.open().read([{ key: '/shop/db', version: '7' }], reading())

    const expected = akeyless.state.guesses.unknownVersionStatus === 404 ? 'NotFound' : 'InvalidSpec'
    expect(bench.shown(outcomes)).toEqual([expected])
  })

  test('follows an item that was made anew with another type', async () => {
    const provider = bench.open()
    await bench.read(provider, '/shop/db')
    akeyless.state.deleteItem('/shop/db')
    akeyless.state.rotated('/shop/db', { username: 'u', password: 'p' })

    const [text = ''] = await bench.read(provider, '/shop/db')

    expect(JSON.parse(text)).toMatchObject({ username: 'u' })
  })

  test('passes by the cache of the Gateway when the store or the request says so', async () => {
    akeyless.state.advance(-66 * 60_000)
    akeyless.state.secret('/shop/db', { value: canary })
    akeyless.state.advance(66 * 60_000)
    await bench.open({ ignoreCache: true }).read([{ key: '/shop/db' }], reading())
    await bench.open().read([{ key: '/shop/db', fresh: true }], reading())
    await bench.open().read([{ key: '/shop/db' }], reading())

    const values = akeyless.calls.of('/get-secret-value')
    expect(values.map((it) => it.ignoreCache === true)).toEqual([true, true, false])
  })

  test('leaves a record of login and read that names who, what and how', async () => {
    await bench.open().read([{ key: '/shop/db' }, { key: '/shop/none', version: '2' }], reading())

    const gateway = `127.0.0.1:${akeyless.port}`
    const shared = { onBehalfOf, gateway, accessId }
    expect(bench.audits()).toEqual([
      { ...shared, action: 'login', method: 'access_key', result: 'ok' },
      expect.objectContaining({ ...shared, action: 'read' }),
      expect.objectContaining({ ...shared, action: 'read' }),
    ])
    expect(bench.audits()).toContainEqual({
      ...shared,
      action: 'read',
      item: '/shop/db',
      version: 'latest',
      result: 'ok',
    })
    expect(bench.audits()).toContainEqual({
      ...shared,
      action: 'read',
      item: '/shop/none',
      version: '2',
      result: 'NotFound',
    })
  })

  test('keeps at most so many calls in the air, on as many connections', async () => {
    const narrow = createBench({ url: akeyless.url, maxConcurrentCalls: 3 })
    for (let index = 0; index < 60; index++) akeyless.state.secret(`/shop/${index}`, { value: canary })

    const values = await narrow.read(
      narrow.open(),
      ...Array.from({ length: 60 }, (_, index) => `/shop/${index}`),
    )
    await narrow.close()

    expect(new Set(values)).toEqual(new Set([canary]))
    expect(akeyless.connections).toBeLessThanOrEqual(3)
  })

  test('keeps its connection for the next call', async () => {
    const provider = bench.open()

    for (let turn = 0; turn < 20; turn++) await bench.read(provider, '/shop/db')

    expect(akeyless.connections).toBeLessThanOrEqual(2)
  })

  test('ends at once when its signal is aborted under way', async () => {
    akeyless.state.fault({ kind: 'hang', path: '/get-secret-value' })
    const abort = new AbortController()

    const reading1 = bench.open().read([{ key: '/shop/db' }], reading(abort.signal))
    setTimeout(() => abort.abort(new Error('enough')), 100)

    await expect(reading1).rejects.toThrow('enough')
  })
})

describe('credentials', () => {
  test('an unchanged Secret costs no request, a changed one a new login', async () => {
    const references = withAccessKey()
    const provider = bench.open({}, references)
    await bench.read(provider, '/shop/db')
    const readsOfFirst = references.secretReads

    await bench.read(provider, '/shop/db')
    const readsOfSecond = references.secretReads - readsOfFirst
    akeyless.state.accessKey({ accessId, accessKey: 'canary-other-key' })
    references.set('akeyless', { id: accessId, type: 'api_key', key: 'canary-other-key' })
    await bench.read(provider, '/shop/db')

    expect(readsOfFirst).toBe(3)
    expect(readsOfSecond).toBe(0)
    expect(akeyless.calls.count('/auth')).toBe(2)
  })

  test('an equal key in another Secret shares the login', async () => {
    await bench.read(bench.open({}, withAccessKey('one')), '/shop/db')
    await bench.read(bench.open({}, withAccessKey('two')), '/shop/db')

    expect(akeyless.calls.count('/auth')).toBe(1)
  })

  test('a neighbour who knows the access id and not the key is refused while the token is cached', async () => {
    const owner = bench.open({}, withAccessKey('owner'))
    await bench.read(owner, '/shop/db')

    const neighbour = bench.open({}, withAccessKey('neighbour', 'canary-guessed'))
    const reason = await bench.reasonOf(bench.read(neighbour, '/shop/db'))

    expect(reason).toBe('AuthFailed')
    expect(await bench.read(owner, '/shop/db')).toEqual([canary])
  })

  test('a Secret that changes between its metadata and its data lends no login to the old key', async () => {
    const references = withAccessKey()
    const provider = bench.open({}, references)
    await bench.read(provider, '/shop/db')
    akeyless.state.revokeTokens()
    references.setUnseen('akeyless', { id: accessId, type: 'access_key', key: 'canary-unseen' })

    const [reason] = await bench.read(provider, '/shop/db')

    expect(reason).toBe('AuthFailed')
    expect(akeyless.calls.count('/auth')).toBe(1)
  })

  test.each([
    ['canary-key-put/in=place', 'access_key', 'InvalidSpec'],
    [accessId, 'azure_ad', 'InvalidSpec'],
    [accessId, 'k8s', 'InvalidSpec'],
    [accessId, 'canary-nonsense', 'InvalidSpec'],
  ])('access id %s with type %s is %s, and costs no call', async (id, type, expected) => {
    const references = withAccessKey()
    references.set('akeyless', { id, type, key: accessKey })

    const reason = await bench.reasonOf(bench.open({}, references).check(reading()))

    expect(reason).toBe(expected)
    expect(akeyless.calls.count('/auth')).toBe(0)
  })

  test('an absent Secret, key or selector is told by its field', async () => {
    const references = withAccessKey()
    references.set('akeyless', { id: accessId })

    const noKey = bench.open({}, references).check(reading())
    const noName = bench.open({ authSecretRef: { secretRef: { accessID: {} } } }).check(reading())

    await expect(noKey).rejects.toThrow(/spec\.provider\.akeyless\.authSecretRef\.secretRef\.accessTypeParam/)
    await expect(noName).rejects.toThrow(/secretRef\.accessID names no Secret/)
  })
})
