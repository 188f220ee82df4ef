import { describe, expect, test } from 'vitest'
import { failure } from '../api/reason.ts'
import { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'
import type { ItemOutcome, ItemRequest, Provider } from '../store/provider.ts'
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
  const values = await fetchValues(spec, providing(answers), options, rewrite)
  return [...values].map(([key, value]) => [key, Buffer.from(value.reveal()).toString('utf8')])
}

async function failed(spec: Spec, answers: Record<string, string | Error>): Promise<unknown> {
  return fetchValues(spec, providing(answers), options, rewrite).catch((error: unknown) => error)
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

    await fetchValues(spec, providing({ z: '{}' }, asked), options, rewrite)

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
    const values = await fetchValues({ data: [data('a', 'x')] }, providing({ x: 'canary' }), options, rewrite)

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

  test('with a reason of its own keeps that too', async () => {
    const own = new Failure('ReferentIdentity', 'Cannot resolve', { userMustAct: false })

    expect(await failed({ data: [data('a', 'o'), data('b', 'o')] }, { o: own })).toMatchObject({
      reason: 'ReferentIdentity',
      userMustAct: false,
    })
  })

  test('of the provider as a whole is thrown as it is', async () => {
    const provider = { ...providing({}), read: () => Promise.reject(throttled) }

    await expect(fetchValues({ data: [data('a', 'x')] }, provider, options, rewrite)).rejects.toBe(throttled)
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
    await expect(fetchValues({ data: [data('a', 'x')] }, provider, options, rewrite)).rejects.toThrow(
      /fewer outcomes/,
    )
  })
})
