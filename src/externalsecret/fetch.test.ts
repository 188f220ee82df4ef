import { describe, expect, test } from 'vitest'
import { failure } from '../api/reason.ts'
import { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'
import type { FindRequest, ItemOutcome, ItemRequest, Provider } from '../store/provider.ts'
import { fetchValues } from './fetch.ts'
import type { Rewriter } from './rewrite.ts'

type Spec = Parameters<typeof fetchValues>[0]

const options = { signal: AbortSignal.timeout(10_000), onBehalfOf: { kind: 'ExternalSecret', name: 'db' } }
/** Whoever rewrites puts a mark before every key. */
const rewrite: Rewriter = (entries) =>
  Promise.resolve(entries.map(([key, text]) => [`re-${key}`, text] as const))
const denied = failure('AccessDenied', 'Cannot read item "d": status is 403')
const throttled = failure('Throttled', 'Cannot read item "t": status is 429', { retryAfterMs: 7000 })

/** A provider that answers each key with a text, or a failure. */
function providing(answers: Record<string, string | Error>, asked: ItemRequest[] = []): Provider {
  return {
    check: () => Promise.resolve(),
    find: () => Promise.resolve([]),
    read: (requests) => {
      asked.push(...requests)
      return Promise.resolve(requests.map(({ key }) => outcomeOf(answers[key] ?? '')))
    },
  }
}

/** Entries with the sourceRef `other` read from the second provider. */
function of(provider: Provider, other: Provider = provider) {
  const stores = [provider, other].map((it, index) => ({
    title: `SecretStore shop/${index}`,
    version: `${index}`,
    provider: it,
  }))
  const [own, others] = stores
  if (own === undefined || others === undefined) throw new Error('there are two')
  return { of: (source: object | undefined) => (source === undefined ? own : others) }
}

function outcomeOf(answer: string | Error): ItemOutcome {
  return answer instanceof Error
    ? { ok: false, failure: answer }
    : { ok: true, value: { text: new Redacted(answer) } }
}

const data = (secretKey: string, key: string, rest: object = {}) => ({
  secretKey,
  remoteRef: { key, ...rest },
})
const extract = (key: string, rest: object = {}) => ({ extract: { key, ...rest } })

async function fetched(spec: Spec, answers: Record<string, string | Error>) {
  const values = await fetchValues(spec, of(providing(answers)), options, rewrite)
  return [...values].map(([key, value]) => [key, Buffer.from(value.reveal()).toString('utf8')])
}

async function failed(spec: Spec, answers: Record<string, string | Error>): Promise<unknown> {
  return fetchValues(spec, of(providing(answers)), options, rewrite).catch((error: unknown) => error)
}

describe('the values of a spec', () => {
  test('are those of dataFrom in their order, then those of data; the later wins', async () => {
    const spec = { data: [data('b', 'single')], dataFrom: [extract('one'), extract('two')] }
    const answers = { one: '{"a":"1","b":"1","c":"1"}', two: '{"c":"2"}', single: '3' }

    expect(await fetched(spec, answers)).toEqual([
      ['a', '1'],
      ['b', '3'],
      ['c', '2'],
    ])
  })

  test('have their keys rewritten where the spec says so, and their characters replaced where it does not', async () => {
    const dataFrom = [{ ...extract('one'), rewrite: [{ transform: { template: '' } }] }, extract('one')]

    expect(await fetched({ dataFrom }, { one: '{"a b":"1"}' })).toEqual([
      ['re-a b', '1'],
      ['a_b', '1'],
    ])
  })

  test('are asked for in one call, with versions where they are named', async () => {
    const asked: ItemRequest[] = []
    const spec = {
      data: [data('a', 'x', { version: '3' }), data('b', 'y', { version: '' })],
      dataFrom: [extract('z')],
    }

    await fetchValues(spec, of(providing({ z: '{}' }, asked)), options, rewrite)

    expect(asked).toEqual([{ key: 'z' }, { key: 'x', version: '3' }, { key: 'y' }])
  })

  test('may be several parts of one item', async () => {
    const spec = {
      data: [data('a', 'x', { property: 'p' }), data('b', 'x', { property: 'q' }), data('c', 'x')],
    }

    expect(await fetched(spec, { x: '{"p":"1","q":2}' })).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['c', '{"p":"1","q":2}'],
    ])
  })

  test.each(['__proto__', 'constructor'])('may have the key %s', async (key) => {
    expect(
      await fetched({ data: [data(key, 'x')], dataFrom: [extract('y')] }, { x: '1', y: `{"${key}":"2"}` }),
    ).toEqual([[key, '1']])
  })

  test('are UTF-8', async () => {
    expect(await fetched({ data: [data('a', 'x')] }, { x: 'ü€😀\u0000' })).toEqual([['a', 'ü€😀\u0000']])
  })

  test('print as redacted', async () => {
    const values = await fetchValues(
      { data: [data('a', 'x')] },
      of(providing({ x: 'canary' })),
      options,
      rewrite,
    )

    expect(JSON.stringify([...values])).not.toContain('canary')
  })
})

describe('a failure', () => {
  test('of one item is the failure of all', async () => {
    expect(await failed({ data: [data('a', 'x'), data('b', 'd')] }, { x: '1', d: denied })).toBe(denied)
  })

  test('that a person must mend speaks for those that may pass, and counts them', async () => {
    const spec = { data: [data('a', 't'), data('b', 'd'), data('c', 'x', { property: 'none' })] }

    const error = await failed(spec, { t: throttled, d: denied, x: '{"canary":"canary"}' })

    expect(error).toMatchObject({ reason: 'AccessDenied', userMustAct: true })
    expect((error as Failure).message).toBe(`${denied.message} (and 2 more items fail)`)
  })

  test('that may pass keeps its time to wait', async () => {
    const error = await failed({ data: [data('a', 't'), data('b', 't')] }, { t: throttled })

    expect(error).toMatchObject({ reason: 'Throttled', userMustAct: false, retryAfterMs: 7000 })
    expect((error as Failure).message).toContain('(and 1 more item fails)')
  })

  test('that speaks for others keeps its cause, and what became of the last good Secret', async () => {
    const cause = new Error('status is 403')
    const one = denied.with({ cause, lastGoodIsGone: true })

    const error = await failed({ data: [data('a', 'd'), data('b', 't')] }, { d: one, t: throttled })

    expect(error).toMatchObject({ reason: 'AccessDenied', cause, lastGoodIsGone: true })
  })

  test('with a reason of its own keeps that too', async () => {
    const own = new Failure('ReferentIdentity', 'Cannot resolve', { userMustAct: false })

    expect(await failed({ data: [data('a', 'o'), data('b', 'o')] }, { o: own })).toMatchObject({
      reason: 'ReferentIdentity',
      userMustAct: false,
    })
  })

  test('of the provider as a whole is thrown as it is', async () => {
    const provider = { ...providing({}), read: () => Promise.reject(throttled) }

    await expect(fetchValues({ data: [data('a', 'x')] }, of(provider), options, rewrite)).rejects.toBe(
      throttled,
    )
  })

  test('names the entry of the spec', async () => {
    const spec = { data: [data('a', 'x', { property: 'p' })] }

    expect(await failed(spec, { x: '{}' })).toMatchObject({
      message: expect.stringContaining('spec.data[0].remoteRef') as string,
    })
    expect(await failed({ dataFrom: [extract('x')] }, { x: 'canary' })).toMatchObject({
      message: expect.stringContaining('spec.dataFrom[0].extract') as string,
    })
  })

  test('that is a defect is thrown as such', async () => {
    const defect = new TypeError('broken')
    const provider = { ...providing({}), read: () => Promise.resolve([]) }

    expect(await failed({ data: [data('a', 'd'), data('b', 'x')] }, { d: denied, x: defect })).toBe(defect)
    await expect(fetchValues({ data: [data('a', 'x')] }, of(provider), options, rewrite)).rejects.toThrow(
      /fewer outcomes/,
    )
  })
})

describe('an entry', () => {
  const other = { sourceRef: { storeRef: { name: 'other' } } }

  async function fetchedFrom(spec: Spec, own: Provider, others: Provider): Promise<unknown> {
    const values = await fetchValues(spec, of(own, others), options, rewrite)
    return Object.fromEntries([...values].map(([key, it]) => [key, Buffer.from(it.reveal()).toString()]))
  }

  test('is read from the store of its sourceRef, each store being asked once', async () => {
    const [own, others]: ItemRequest[][] = [[], []]
    const spec = {
      data: [
        data('a', 'x'),
        { ...data('b', 'x'), ...other },
        data('c', 'y'),
        { ...data('d', 'z'), ...other },
      ],
    }

    const values = await fetchedFrom(
      spec,
      providing({ x: 'own x', y: 'own y' }, own),
      providing({ x: 'other x', z: 'other z' }, others),
    )

    expect(values).toEqual({ a: 'own x', b: 'other x', c: 'own y', d: 'other z' })
    expect([own, others].map((it) => it?.map(({ key }) => key))).toEqual([
      ['x', 'y'],
      ['x', 'z'],
    ])
  })

  test('of a store that cannot be asked fails all, and is counted once', async () => {
    const broken = { ...providing({}), read: () => Promise.reject(throttled) }
    const spec = { data: [data('a', 'd'), { ...data('b', 'x'), ...other }, { ...data('c', 'y'), ...other }] }

    const error: unknown = await fetchedFrom(spec, providing({ d: denied }), broken).catch(
      (it: unknown) => it,
    )

    expect((error as Failure).message).toBe(`${denied.message} (and 1 more item fails)`)
  })

  test.each([
    ['data', { data: [data('a', 'x', { decodingStrategy: 'Base64' as const })] }, 'spec.data[0].remoteRef'],
    [
      'extract',
      { dataFrom: [extract('o', { decodingStrategy: 'Base64URL' as const })] },
      'spec.dataFrom[0].extract',
    ],
  ])('of %s is decoded last, and what cannot be is InvalidSpec', async (_, spec, path) => {
    const good = { x: 'AP8=', o: '{"a":"AP8="}' }
    const bad = { x: 'canary!', o: '{"a":"canary!"}' }

    const values = await fetchValues(spec, of(providing(good)), options, rewrite)
    const error = await failed(spec, bad)

    expect([...values].map(([, it]) => [...it.reveal()])).toEqual([[0, 255]])
    expect(error).toMatchObject({ reason: 'InvalidSpec', message: expect.stringContaining(path) as string })
    expect((error as Failure).message).not.toContain('canary')
  })

  test('may refuse NUL bytes, also those that decoding brings', async () => {
    const nullBytePolicy = 'Fail' as const
    const spec = { data: [data('a', 'x', { nullBytePolicy, decodingStrategy: 'Base64' as const })] }

    expect(await failed(spec, { x: 'AP8=' })).toMatchObject({ reason: 'InvalidSpec' })
  })

  test('with metadataPolicy Fetch asks for the tags, of which property picks one', async () => {
    const asked: ItemRequest[] = []
    const spec = { data: [data('a', 'x', { metadataPolicy: 'Fetch' as const, property: '1' })] }

    const values = await fetchedFrom(spec, providing({ x: '["blue","red"]' }, asked), providing({}))

    expect(values).toEqual({ a: 'red' })
    expect(asked).toEqual([{ key: 'x', part: 'tags' }])
  })
})

describe('a find', () => {
  const hits = { '/shop/db': 'one', '/shop/api key': 'dHdv' }

  async function foundBy(find: object, rest: object = {}, asked: FindRequest[] = []) {
    const provider: Provider = {
      ...providing({}),
      find: (request) => {
        asked.push(request)
        return Promise.resolve(
          Object.entries(hits).map(([key, text]) => ({ key, value: { text: new Redacted(text) } })),
        )
      },
    }
    const spec = { dataFrom: [{ find, ...rest }] }
    const values = await fetchValues(spec, of(provider), options, rewrite)
    return Object.fromEntries([...values].map(([key, it]) => [key, Buffer.from(it.reveal()).toString()]))
  }

  test('gives each hit under its converted name', async () => {
    const asked: FindRequest[] = []

    expect(await foundBy({ name: { regexp: 'shop' }, path: '/shop' }, {}, asked)).toEqual({
      _shop_db: 'one',
      _shop_api_key: 'dHdv',
    })
    expect(await foundBy({ tags: { a: 'b' }, conversionStrategy: 'Unicode' }, {}, asked)).toEqual({
      _U002f_shop_U002f_db: 'one',
      _U002f_shop_U002f_api_U0020_key: 'dHdv',
    })
    expect(asked).toEqual([{ name: 'shop', path: '/shop' }, { tags: { a: 'b' } }])
  })

  test('gives each hit under its rewritten name, and decodes after that', async () => {
    const rest = { rewrite: [{ transform: { template: '' } }] }

    expect(await foundBy({ name: {}, decodingStrategy: 'Auto' }, rest)).toEqual({
      're-/shop/db': 'one',
      're-/shop/api key': 'two',
    })
  })

  test('that fails is a failure among the others', async () => {
    const provider = { ...providing({ d: denied }), find: () => Promise.reject(throttled) }
    const spec = { data: [data('a', 'd')], dataFrom: [{ find: { name: { regexp: 'x' } } }] }

    await expect(fetchValues(spec, of(provider), options, rewrite)).rejects.toMatchObject({
      message: `${denied.message} (and 1 more item fails)`,
    })
  })

  test('that nobody can make is refused before anything is read', async () => {
    const asked: ItemRequest[] = []
    const spec = { data: [data('a', 'x')], dataFrom: [{ find: { path: '/shop' } }] }

    await expect(fetchValues(spec, of(providing({}, asked)), options, rewrite)).rejects.toMatchObject({
      reason: 'InvalidSpec',
    })
    expect(asked).toEqual([])
  })
})
