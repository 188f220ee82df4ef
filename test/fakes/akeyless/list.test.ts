import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { login, post } from './bare-client.ts'
import { type AkeylessStandIn, startAkeyless } from './stand-in.ts'

let akeyless: AkeylessStandIn
let token: string

beforeEach(async () => {
  akeyless = await startAkeyless({ pageSize: 2 })
  akeyless.state.accessKey({ accessId: 'p-1', accessKey: 'made-up' })
  akeyless.state.role({ accessId: 'p-1', rules: [{ path: '/demo/*', capabilities: ['list'] }] })
  akeyless.state.secret('/demo/db', { value: 'v', tags: ['blue'] })
  akeyless.state.secret('/demo/app/one', { value: 'v', tags: ['blue', 'red'] })
  akeyless.state.rotated('/demo/app/two', { username: 'a', password: 'b' })
  akeyless.state.secret('/other/hidden', { value: 'v', tags: ['blue'] })
  token = await login(akeyless.url, 'p-1', 'made-up')
  akeyless.state.guesses = { ...akeyless.state.guesses, autoPagination: 'inside' }
})
afterEach(() => akeyless.stop())

async function list(body: object) {
  const answer = await post(akeyless.url, '/list-items', { token, ...body })
  const items = (answer.json['items'] ?? []) as readonly Readonly<Record<string, unknown>>[]
  return { ...answer, items, names: items.map((it) => it['item_name']) }
}

test.each([
  [{}, ['/demo/app/one', '/demo/app/two', '/demo/db']],
  [{ path: '/demo' }, ['/demo/app/one', '/demo/app/two', '/demo/db']],
  [{ path: 'demo/app/' }, ['/demo/app/one', '/demo/app/two']],
  [{ path: '/demo/ap' }, []],
  [{ path: '/demo', 'current-folder': true }, ['/demo/db']],
  [{ filter: 'app/t' }, ['/demo/app/two']],
  [{ tag: 'blue' }, ['/demo/app/one', '/demo/db']],
  [{ type: ['rotated-secret'] }, ['/demo/app/two']],
  [{ type: ['rotated-secret', 'static-secret'], tag: 'red' }, ['/demo/app/one']],
])('%j lists %j', async (body, names) => {
  const listed = await list(body)

  expect(listed.status).toBe(200)
  expect(listed.names).toEqual(names)
})

test('folders directly below are named', async () => {
  const { json } = await list({ path: '/demo' })

  expect(json['folders']).toEqual(['/demo/app'])
})

test('only what was modified after a time is listed', async () => {
  akeyless.state.advance(10_000)
  akeyless.state.putSecret('/demo/db', 'w')
  const since = Math.floor(akeyless.state.now() / 1000) - 5

  const { names } = await list({ 'modified-after': since })

  expect(names).toEqual(['/demo/db'])
})

describe('pages', () => {
  test.each(['inside', 'byCaller'] as const)(
    'hold every item once, whoever joins them: %s',
    async (autoPagination) => {
      akeyless.state.guesses = { ...akeyless.state.guesses, autoPagination }
      const names: unknown[] = []
      let next = ''
      let pages = 0

      do {
        const page = await list({ path: '/demo', 'pagination-token': next })
        names.push(...page.names)
        next = (page.json['next_page'] ?? '') as string
        pages++
      } while (next !== '' && pages < 5)

      expect(names).toEqual(['/demo/app/one', '/demo/app/two', '/demo/db'])
      expect(pages).toBe(autoPagination === 'inside' ? 1 : 2)
    },
  )

  test('a token that is none of ours is a bad request', async () => {
    const { status } = await list({ 'pagination-token': 'nonsense' })

    expect(status).toBe(400)
  })
})

test.each([true, false])(
  'a minimal view shows the version as guessed: %s',
  async (minimalViewShowsVersion) => {
    akeyless.state.guesses = { ...akeyless.state.guesses, minimalViewShowsVersion }

    const { items } = await list({ path: '/demo/app', 'minimal-view': true })

    expect(items[0]).toMatchObject({ item_name: '/demo/app/one', item_type: 'STATIC_SECRET' })
    expect(items[0]?.['last_version']).toBe(minimalViewShowsVersion ? 1 : undefined)
  },
)

test.each([
  ['empty', 200],
  ['refused', 401],
] as const)('a folder where nothing may be seen is %s', async (listNothing, status) => {
  akeyless.state.guesses = { ...akeyless.state.guesses, listNothing }

  const listed = await list({ path: '/other' })

  expect([listed.status, listed.names]).toEqual([status, []])
})
