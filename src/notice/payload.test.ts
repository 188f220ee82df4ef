import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseNotice } from './payload.ts'

const itemsOf = (body: unknown) => [...(parseNotice(JSON.stringify(body))?.items ?? ['none'])]

describe('the documented shape', () => {
  test('tells names by type of event', () => {
    const body = {
      Akeyless_Events: {
        'static-secret-updated': [{ name: '/shop/db', item_id: 1, payload: { x: 1 } }],
        'rotated-secret-success': [{ name: '/shop/rotated', item_id: 2 }],
      },
    }

    expect(itemsOf(body)).toEqual(['/shop/db', '/shop/rotated'])
  })

  test.each(['Akeyless_Events', 'akeyless_events', 'AKEYLESS_EVENTS', 'Akeyless Events'])(
    'may be spelled %s',
    (key) => {
      expect(itemsOf({ [key]: { certificate_renewed: [{ name: '/a' }] } })).toEqual(['/a'])
    },
  )

  test('of one event has nothing around the type', () => {
    const payload = { certificate_details: { expires_at: '2026-11-21' } }

    expect(itemsOf({ Certificate_Expired: [{ name: '/shop/tls', item_id: '1', payload }] })).toEqual([
      '/shop/tls',
    ])
    expect(itemsOf({ Rotated_Secret_Failure: [{ name: '/shop/db' }] })).toEqual([])
  })

  test('of a rotation that failed in part tells of a value that may be new', () => {
    expect(itemsOf({ Akeyless_Events: { 'rotated-secret-partial-failure': [{ name: '/a' }] } })).toEqual([
      '/a',
    ])
  })

  test.each([
    'Rotated_Secret_Failure',
    'dynamic-secret-failure',
    'rate-limiting',
    'multi-auth-failure',
    'certificate_pending_expiration',
  ])('%s tells of no new value', (type) => {
    expect(itemsOf({ Akeyless_Events: { [type]: [{ name: '/a' }] } })).toEqual([])
  })

  test('counts a type that nobody knows', () => {
    expect(itemsOf({ Akeyless_Events: { 'brand-new': [{ name: '/a' }] } })).toEqual(['/a'])
  })

  test('loses one event that is not understood, and no other', () => {
    const events = [{ name: '' }, null, 7, { name: 3 }, { name: 'x'.repeat(5000) }, { name: '/a' }]

    expect(itemsOf({ Akeyless_Events: { updated: events } })).toEqual(['/a'])
  })

  test.each([
    [10_000, 10_000],
    [10_001, undefined],
  ])('with %d names is taken whole or not at all', (count, expected) => {
    const events = Array.from({ length: count }, (_, index) => ({ name: `/${index}` }))
    const notice = parseNotice(JSON.stringify({ Akeyless_Events: { updated: events } }))

    expect(notice?.items.size).toBe(expected)
  })
})

test.each([
  '',
  'x',
  '[]',
  '{}',
  'null',
  '{"Akeyless_Events":7}',
  '{"Akeyless_Events":{"a":{}}}',
  '{"item_name":"/a"}',
  '{"Certificate_Expired":[{"name":"/a"}],"other":7}',
])('anything else is no notice: %s', (body) => {
  expect(parseNotice(body)).toBeUndefined()
})

test('no body breaks it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
      expect(() => [parseNotice(body), parseNotice(`{"Akeyless_Events":${body}}`)]).not.toThrow()
    }),
    { numRuns: 500 },
  )
})
