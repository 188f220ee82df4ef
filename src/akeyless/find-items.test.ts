import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  accessId,
  accessKey,
  createBench,
  reading,
  withAccessKey,
} from '../../test/contract/akeyless-bench.ts'
import { selfSigned } from '../../test/fakes/akeyless/certificates.ts'
import { alternatives } from '../../test/fakes/akeyless/guesses.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import type { FindRequest } from '../store/provider.ts'

let akeyless: AkeylessStandIn
let bench: ReturnType<typeof createBench>

beforeEach(async () => {
  akeyless = await startAkeyless({ pageSize: 2 })
  akeyless.state.accessKey({ accessId, accessKey })
  akeyless.state.role({ accessId, rules: [{ path: '/shop/*', capabilities: ['read'] }] })
  akeyless.state.secret('/shop/db/user', { value: 'canary-user', tags: ['db', 'prod'] })
  akeyless.state.secret('/shop/db/password', { value: 'canary-password', tags: ['db'] })
  akeyless.state.secret('/shop/api', { value: 'canary-api', tags: ['prod'] })
  akeyless.state.rotated('/shop/rotated', { username: 'a', password: 'canary-rotated' }, ['rotates'])
  akeyless.state.secret('/shop/nested/shop/db/x', { value: 'canary-x' })
  akeyless.state.secret('/other/db', { value: 'canary-other', tags: ['db'] })
  bench = createBench({ url: akeyless.url })
})
afterEach(async () => {
  await bench.close()
  await akeyless.stop()
  bench.refuseLeaks()
})

async function find(request: FindRequest): Promise<string[]> {
  const found = await bench.open().find(request, reading())
  return found.map(({ key, value }) => `${key}=${value.text.reveal().replace('canary-', '')}`)
}

const [user, password, api] = ['/shop/db/user=user', '/shop/db/password=password', '/shop/api=api']
const nested = '/shop/nested/shop/db/x=x'

test.each(alternatives.minimalViewShowsVersion)(
  'the first find reads past the cache what changed of late, whatever the short view shows: %s',
  async (minimalViewShowsVersion) => {
    const { state } = akeyless
    state.guesses = { ...state.guesses, minimalViewShowsVersion }
    state.cache.mode = 'staleUntilFlush'
    const other = createBench({ url: akeyless.url })
    await other.read(other.open(), '/shop/api')
    await other.close()
    state.putSecret('/shop/api', 'canary-new')

    expect(await find({ name: 'api' })).toEqual(['/shop/api=new'])
  },
)

describe('a find', () => {
  test.each<[FindRequest, string[]]>([
    [{ name: '/db/' }, [password, user, nested]],
    [{ name: '^/shop/[^/]+$' }, [api, expect.stringContaining('rotated') as string]],
    [{ name: 'shop.*pass' }, [password]],
    [{ name: 'none' }, []],
    [{ name: 'db', path: '/shop/db' }, [password, user]],
    [{ name: 'db', path: 'shop/db/' }, [password, user]],
    [{ name: '', path: '/shop/nested' }, [nested]],
    [{ name: '', path: '/shop/n' }, []],
    [{ tags: { any: 'db' } }, [password, user]],
    [{ tags: { one: 'db', two: 'prod' } }, [api, password, user]],
    [{ tags: { one: 'prod' }, path: 'shop/db' }, [user]],
    [{ tags: { one: 'none' } }, []],
    [{ name: 'api', tags: { any: 'db' } }, [api]],
  ])('by %j gives %j', async (request, expected) => {
    expect(await find(request)).toEqual(expected)
  })

  test.each(alternatives.minimalViewShowsVersion)(
    'costs the pages of a list, which tells of changes, one call for the values of its hits, and no description: %s',
    async (minimalViewShowsVersion) => {
      const { state } = akeyless
      state.guesses = { ...state.guesses, minimalViewShowsVersion }
      await find({ name: 'db', path: '/shop/db' })

      const pages = state.guesses.autoPagination === 'inside' ? 1 : 2
      expect(akeyless.calls.byPath()).toMatchObject({ '/auth': 1, '/get-secret-value': 1 })
      expect(akeyless.calls.count('/describe-item')).toBe(0)
      expect(akeyless.calls.count('/list-items')).toBe(minimalViewShowsVersion ? pages : 2 * pages)
    },
  )

  test('by tags costs a list for each value, and reads what has several but once', async () => {
    akeyless.state.pageSize = 100

    await find({ tags: { one: 'db', two: 'prod', three: 'db' } })

    expect(akeyless.calls.count('/list-items')).toBe(2)
    expect(akeyless.calls.of('/get-secret-value').map((it) => it.names)).toEqual([
      ['/shop/api', '/shop/db/password', '/shop/db/user'],
    ])
  })

  test.each(['inside', 'byCaller'] as const)('finds all of many pages: %s', async (autoPagination) => {
    akeyless.state.guesses = { ...akeyless.state.guesses, autoPagination }
    for (let n = 0; n < 25; n++) akeyless.state.secret(`/shop/many/${n}`, { value: `canary-${n}` })

    expect(await find({ name: '^/shop/many/' })).toHaveLength(25)
  })

  test('neither mints dynamic secrets nor finds certificates and keys', async () => {
    akeyless.state.dynamic('/shop/kinds/dynamic')
    akeyless.state.certificate('/shop/kinds/tls', await selfSigned())
    akeyless.state.classicKey('/shop/kinds/key', { key: 'canary-key' })

    expect(await find({ name: '^/shop/kinds/' })).toEqual([])
    expect(akeyless.calls.byPath()).not.toHaveProperty('/get-dynamic-secret-value')
  })

  test('by a slow pattern leaves others their turns, and ends when it is aborted', async () => {
    for (let n = 0; n < 3000; n++) akeyless.state.secret(`/shop/many/item-${n}`, { value: 'canary' })
    akeyless.state.pageSize = 10_000
    const enough = new AbortController()
    let turns = 0
    const timer = setInterval(() => {
      turns++
      if (turns === 30) enough.abort(new Error('enough'))
    }, 10)

    const reason = await bench.reasonOf(bench.open().find({ name: '(.?){400}[!#]$' }, reading(enough.signal)))
    clearInterval(timer)

    expect(reason).toBe('Error: enough')
    expect(turns).toBeGreaterThanOrEqual(30)
  })

  test('reads twenty in a call and has a few calls under way, whatever there is to read', async () => {
    akeyless.state.pageSize = 1000
    for (let n = 0; n < 200; n++) akeyless.state.secret(`/shop/many/${n}`, { value: `canary-${n}` })
    const slow = createBench({ url: akeyless.url, maxConcurrentCalls: 50 })
    const set = akeyless.state.fault({ kind: 'hang', path: '/get-secret-value' })
    const enough = new AbortController()

    const finding = slow.reasonOf(slow.open().find({ name: '^/shop/many/' }, reading(enough.signal)))
    await expect.poll(() => set.hits, { timeout: 10_000 }).toBe(3)
    await setTimeout(100)
    const underWay = set.hits
    enough.abort(new Error('enough'))
    await finding
    await slow.close()

    expect(underWay).toBe(3)
  })

  test('passes over the cache when it is fresh', async () => {
    await bench.open().find({ name: 'api', fresh: true }, reading())

    expect(akeyless.calls.of('/get-secret-value').at(-1)).toMatchObject({ ignoreCache: true })
    expect(akeyless.calls.count('/describe-item')).toBe(0)
  })

  test('is on record, and each read of it', async () => {
    await find({ name: 'api' })

    expect(bench.audits()).toMatchObject([
      { action: 'login', result: 'ok' },
      { action: 'read', item: '/shop/api', result: 'ok' },
      { action: 'find', result: 'ok' },
    ])
  })
})

describe('a find fails', () => {
  const reasonOf = (request: FindRequest) => bench.reasonOf(bench.open().find(request, reading()))
  const message = () => (bench.errors.at(-1) as Error).message

  test.each<[FindRequest, string]>([
    [{ path: '/shop' }, 'find.name or find.tags is needed'],
    [{ path: '/shop', tags: {} }, 'find.name or find.tags is needed'],
    [{ tags: { db: '' } }, 'a value of find.tags is empty'],
    [{ name: '(' }, 'find.name.regexp is not a regular expression'],
  ])('on %j as InvalidSpec, before anything is listed', async (request, words) => {
    expect(await reasonOf(request)).toBe('InvalidSpec')
    expect(message()).toContain(words)
    expect(akeyless.calls.count('/list-items')).toBe(0)
  })

  test('when one item may be listed and not read', async () => {
    akeyless.state.role({ accessId, rules: [{ path: '/listed/*', capabilities: ['list'] }] })
    akeyless.state.secret('/listed/db', { value: 'canary-listed' })

    expect(await reasonOf({ name: 'db' })).toBe('AccessDenied')
    expect(message()).toContain('"/listed/db"')
  })

  test('as a passing fault when an item goes between the list and the read', async () => {
    akeyless.state.fault({ kind: 'status', status: 404, path: '/get-secret-value' })
    akeyless.state.fault({ kind: 'status', status: 404, path: '/describe-item' })

    expect(await reasonOf({ name: 'api' })).toBe('UnexpectedResponse')
    expect(message()).toContain('listed just before')
  })

  test('when nothing may be listed, or finds nothing', async () => {
    const references = withAccessKey()
    akeyless.state.accessKey({ accessId: 'p-nobody', accessKey })
    references.set('akeyless', { id: 'p-nobody', type: 'access_key', key: accessKey })

    const reason = await bench.reasonOf(bench.open({}, references).find({ name: 'db' }, reading()))

    expect(reason).toBe(akeyless.state.guesses.listNothing === 'refused' ? 'AccessDenied' : 'ok')
  })

  test('when over 1,000 items match', async () => {
    akeyless.state.pageSize = 1000
    for (let n = 0; n <= 1000; n++) akeyless.state.secret(`/shop/many/${n}`, { value: 'canary' })

    expect(await reasonOf({ name: '^/shop/many/' })).toBe('InvalidSpec')
    expect(message()).toContain('1001 items match, and 1000 may')
    expect(akeyless.calls.count('/get-secret-value')).toBe(0)
  })

  test('when over 10,000 items are listed', async () => {
    akeyless.state.pageSize = 1000
    for (let n = 0; n <= 10_000; n++) akeyless.state.secret(`/shop/many/${n}`, { value: 'canary' })

    expect(await reasonOf({ name: 'one-of-them' })).toBe('InvalidSpec')
    expect(message()).toContain('more than 10000 items to look through; set find.path')
  })

  test.each([
    [400, 'UnexpectedResponse'],
    [404, 'UnexpectedResponse'],
    [429, 'Throttled'],
    [503, 'GatewayUnreachable'],
  ])('when the list is answered %i, as %s', async (status, reason) => {
    akeyless.state.fault({ kind: 'status', status, path: '/list-items' })

    expect(await reasonOf({ name: 'db' })).toBe(reason)
  })
})

describe('a list', () => {
  test('may be longer than an item, and has an end all the same', async () => {
    const mebibyte = 1024 * 1024
    const fault = akeyless.state.fault({ kind: 'huge', bytes: 17 * mebibyte, path: '/list-items' })

    expect(await bench.reasonOf(bench.open().find({ name: 'api' }, reading()))).toBe('UnexpectedResponse')
    expect((bench.errors.at(-1) as Error).message).toContain('the body is over 8 MiB')
    fault.remove()
  })
})

describe('other parts and types of items', () => {
  test('tags come as a JSON array by one description, and no value is read', async () => {
    const provider = bench.open()

    const outcomes = await provider.read(
      [
        { key: '/shop/db/user', part: 'tags' },
        { key: '/shop/nested/shop/db/x', part: 'tags', version: '7' },
      ],
      reading(),
    )

    expect(bench.shown(outcomes)).toEqual(['["db","prod"]', '[]'])
    expect(akeyless.calls.count('/describe-item')).toBe(2)
    expect(akeyless.calls.count('/get-secret-value')).toBe(0)
  })

  test('tags of what is missing or denied fail as its value does', async () => {
    const keys = ['/shop/none', '/other/db']

    const outcomes = await bench.open().read(
      keys.map((key) => ({ key, part: 'tags' as const })),
      reading(),
    )

    expect(bench.shown(outcomes)).toEqual(['NotFound', 'AccessDenied'])
  })

  test.each(['CLASSIC_KEY', 'RSA2048'] as const)(
    'a classic key that is called %s comes with all that belongs to it',
    async (classicKeyType) => {
      akeyless.state.guesses = { ...akeyless.state.guesses, classicKeyType }
      akeyless.state.classicKey('/shop/signing', { key: 'canary-pem', certificate: 'cert' })
      akeyless.state.classicKey('/shop/ssh', { key: 'canary-pem', ssh: 'ssh-rsa x' })

      const texts = await bench.read(bench.open(), '/shop/signing', '/shop/ssh')

      expect(texts.map((it) => JSON.parse(it) as unknown)).toEqual([
        { key: 'canary-pem', certificate_pem: 'cert' },
        { key: 'canary-pem', ssh: 'ssh-rsa x' },
      ])
      expect(akeyless.calls.count('/export-classic-key')).toBe(2)
    },
  )

  test('a classic key in a version is that version', async () => {
    akeyless.state.classicKey('/shop/signing', { key: 'canary-first' })
    akeyless.state.putSecret('/shop/signing', { key: 'canary-second' })

    const outcomes = await bench.open().read([{ key: '/shop/signing', version: '1' }], reading())

    expect(bench.shown(outcomes)).toEqual(['{"key":"canary-first"}'])
  })
})
