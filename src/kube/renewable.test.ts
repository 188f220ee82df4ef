import { expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { createRenewable, type Fresh } from './renewable.ts'

interface Token {
  readonly text: string
}

function setUp(more: Partial<Fresh<Token>> = {}, forcedSpacingMs = 0) {
  const clock = new ManualClock()
  const source = { text: 'one', error: undefined as Error | undefined, reads: 0, forced: 0 }
  const token = createRenewable<Token>({
    clock,
    forcedSpacingMs,
    equal: (a, b) => a.text === b.text,
    read: async (forced) => {
      source.reads += 1
      if (forced) source.forced += 1
      if (source.error !== undefined) throw source.error
      return { value: { text: source.text }, renewAfterMs: 60_000, ...more }
    },
  })
  return { clock, source, token }
}

test('a value is read once for all who wait, and again when it is due', async () => {
  const { clock, source, token } = setUp()

  const values = await Promise.all([token(), token(), token()])
  source.text = 'two'
  clock.advance(59_999)
  const early = await token()
  clock.advance(1)
  const due = await token()

  expect(values.map((it) => it.text)).toEqual(['one', 'one', 'one'])
  expect([early.text, due.text, source.reads]).toEqual(['one', 'two', 2])
})

test('an equal value keeps its identity', async () => {
  const { clock, token } = setUp()
  const first = await token()

  clock.advance(60_000)

  expect(await token()).toBe(first)
})

test('a refused value is read anew if it is still the current one', async () => {
  const { source, token } = setUp()
  const old = await token()
  source.text = 'two'

  const [a, b] = await Promise.all([token(old), token(old)])
  const late = await token(old)

  expect([a.text, b.text, late.text]).toEqual(['two', 'two', 'two'])
  expect([source.reads, source.forced]).toEqual([2, 1])
})

test('a refused value is not read more often than the spacing allows', async () => {
  const { clock, source, token } = setUp({}, 10_000)
  const value = await token()

  await token(value)
  clock.advance(10_000)
  await token(value)
  await token(value)

  expect(source.reads).toBe(2)
})

test('a failed renewal leaves the last good value and is tried again after a second', async () => {
  const { clock, source, token } = setUp()
  await token()
  clock.advance(60_000)
  source.error = new Error('missing for a moment')

  const kept = [await token(), await token()]
  source.error = undefined
  source.text = 'two'
  clock.advance(1000)
  const renewed = await token()

  expect(kept.map((it) => it.text)).toEqual(['one', 'one'])
  expect([renewed.text, source.reads]).toEqual(['two', 3])
})

test('a value that is past its use is not given out when it cannot be renewed', async () => {
  const { clock, source, token } = setUp({ usableForMs: 90_000 })
  await token()
  source.error = new Error('gone')

  clock.advance(89_999)
  const last = await token()
  clock.advance(1000)

  expect(last.text).toBe('one')
  await expect(token()).rejects.toBe(source.error)
})

test('the first read that fails is told, and the next call reads again', async () => {
  const { source, token } = setUp()
  source.error = new Error('missing')

  await expect(token()).rejects.toBe(source.error)
  source.error = undefined

  expect((await token()).text).toBe('one')
})
