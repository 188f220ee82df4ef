import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { called, printed, refusal } from '../../../test/fakes/template/called.ts'
import { Int, int } from '../value/value.ts'

const options = { random: (count: number) => randomBytes(count) }

test.each([
  ['randAlphaNum', /^[0-9A-Za-z]{2000}$/, 62],
  ['randAlpha', /^[A-Za-z]{2000}$/, 52],
  ['randAscii', /^[ -~]{2000}$/, 95],
  ['randNumeric', /^[0-9]{2000}$/, 10],
])('%s gives so many characters of its alphabet, and all of them', (name, form, size) => {
  const text = printed(name, [int(2000)], options)

  expect(text).toMatch(form)
  expect(new Set(text).size).toBe(size)
})

test('a length of zero or below gives nothing', () => {
  expect(called('randAlphaNum', [int(0)], options)).toBe('')
  expect(called('randAlphaNum', [int(-1)], options)).toBe('')
  expect(called('randBytes', [int(0)], options)).toBe('')
  expect(refusal('randBytes', [int(-1)], options)).toBe('needs a length that is not negative')
})

test('bytes that would favour some characters are thrown away', () => {
  const drawn = [255, 250, 249, 0]
  const random = (count: number) => Uint8Array.from({ length: count }, () => drawn.shift() ?? 7)

  expect(called('randNumeric', [int(3)], { random })).toBe('907')
})

test('randBytes gives base64', () => {
  expect(called('randBytes', [int(4)], { random: (count) => new Uint8Array(count).fill(255) })).toBe(
    '/////w==',
  )
})

test('randInt stays within its range and reaches both ends', () => {
  const drawn = new Set(Array.from({ length: 200 }, () => called('randInt', [int(-1), int(2)], options)))

  expect(new Set([...drawn].map((it) => (it instanceof Int ? it.value : undefined)))).toEqual(
    new Set([-1n, 0n, 1n]),
  )
  expect(refusal('randInt', [int(3), int(3)], options)).toBe('needs a maximum above its minimum')
})

test('shuffle keeps the characters, those of several bytes too', () => {
  const sorted = (text: string) => Array.from(text).toSorted()

  expect(sorted(printed('shuffle', ['aé日😀'], options))).toEqual(sorted('aé日😀'))
})

test('uuidv4 marks version and variant', () => {
  const random = (count: number) => new Uint8Array(count).fill(255)

  expect(called('uuidv4', [], { random })).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff')
})

test('what is too long is refused before it is made', () => {
  const words = 'the template makes more than 67108864 bytes of values'

  expect(refusal('randBytes', [new Int('int', 2n ** 62n)], options)).toMatch(/more than/)
  expect(
    refusal('randAlpha', [int(1_000_000)], {
      ...options,
      limits: { outputBytes: 1, steps: 10, allocatedBytes: 10 },
    }),
  ).toMatch(/more than 10 steps/)
  expect(refusal('randBytes', [int(60_000_000)], options)).toBe(words)
})
