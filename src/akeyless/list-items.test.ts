import { describe, expect, test } from 'vitest'
import { Failure } from '../std/failure.ts'
import { listItems, whatOf } from './list-items.ts'

type Page = { items?: unknown; next_page?: unknown; has_next?: unknown }

/** A session that answers with these pages, the last one for ever. */
function answering(...pages: readonly (Page | readonly unknown[])[]) {
  const bodies: Record<string, unknown>[] = []
  return {
    bodies,
    host: 'gw.example',
    accessId: 'p-***',
    call: (_command: string, body: object) => {
      const page = pages[Math.min(bodies.length, pages.length - 1)]
      bodies.push(body as Record<string, unknown>)
      return Promise.resolve({ status: 200, isJson: true, body: page })
    },
  }
}

const item = (item_name: string, item_type = 'STATIC_SECRET') => ({ item_name, item_type, item_id: 1 })
const everything = { folder: undefined, tag: undefined }

describe('a list', () => {
  test.each<[string, Page[]]>([
    [
      'ends with an empty token',
      [
        { items: [item('/a')], next_page: 'x' },
        { items: [item('/b')], next_page: '' },
      ],
    ],
    [
      'ends without a token',
      [{ items: [item('/a')], next_page: 'x', has_next: true }, { items: [item('/b')] }],
    ],
    ['may have an empty page', [{ next_page: 'x' }, { items: [item('/a'), item('/b')], next_page: null }]],
    ['may be one page', [{ items: [item('/a'), item('/b')], has_next: false }]],
  ])('%s', async (_, pages) => {
    const session = answering(...pages)

    const listed = await listItems(everything, session, 10)

    expect(listed.map((it) => it.name)).toEqual(['/a', '/b'])
    expect(session.bodies.map((it) => it['pagination-token'])).toEqual(
      pages.length === 1 ? [undefined] : [undefined, 'x'],
    )
  })

  test('asks for the folder as a filter and for a tag, of what may be found', async () => {
    const session = answering({})

    await listItems({ folder: '/a/', tag: 'blue' }, session, 10)
    await listItems(everything, session, 10)

    const types = ['static-secret', 'rotated-secret']
    expect(session.bodies).toEqual([
      { type: types, 'minimal-view': false, filter: '/a/', tag: 'blue', json: false },
      { type: types, 'minimal-view': true, json: false },
    ])
  })

  test.each([
    ['has no end', [{ next_page: 'again' }], 'its pages have no end'],
    ['goes round', [{ next_page: 'a' }, { next_page: 'b' }, { next_page: 'a' }], 'its pages have no end'],
    ['says there is more and not where', [{ has_next: true, next_page: '' }], 'it names no next page'],
    ['has items of another form', [{ items: 'canary' }], 'field "items"'],
    ['is no object', [[]], 'it is not an object'],
  ])('that %s is refused', async (_, pages, words) => {
    const error: unknown = await listItems(everything, answering(...pages), 10).catch((it: unknown) => it)

    if (!(error instanceof Failure)) throw error
    expect(error).toMatchObject({ reason: 'UnexpectedResponse' })
    expect(error.message).toContain(words)
    expect(error.message).not.toContain('canary')
  })

  test('of more than may be looked through is refused after the page that has them', async () => {
    const session = answering({ items: [item('/a'), item('/b')], next_page: 'x' }, { items: [item('/c')] })

    await expect(listItems(everything, session, 1)).rejects.toMatchObject({ reason: 'InvalidSpec' })
    expect(session.bodies).toHaveLength(1)
  })
})

test.each([
  [everything, 'find items'],
  [{ folder: '/a/', tag: undefined }, 'find items in "/a/"'],
  [{ folder: '/a/', tag: 'b' }, 'find items in "/a/" with tag "b"'],
])('%j is to %s', (request, words) => {
  expect(whatOf(request)).toBe(words)
})
