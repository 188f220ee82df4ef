import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodePem, decodePems, encodePem } from './pem.ts'

const block = '-----BEGIN A-----\nYWJj\n-----END A-----\n'

test('a block is written in lines of 64 digits and read again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (content) => {
      const text = encodePem('KEY', Buffer.from(content))

      expect(decodePem(text)?.block).toEqual({ type: 'KEY', headers: new Map(), bytes: Buffer.from(content) })
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(64)
    }),
  )
})

test('headers are sorted, Proc-Type first', () => {
  const text = '-----BEGIN A-----\nDEK-Info: x\nProc-Type: 4\nA : b:c \n\nYWJj\n-----END A-----\n'
  const found = decodePem(text)?.block

  expect(encodePem('A', found?.bytes ?? Buffer.alloc(0), found?.headers)).toBe(
    '-----BEGIN A-----\nProc-Type: 4\nA: b:c\nDEK-Info: x\n\nYWJj\n-----END A-----\n',
  )
})

test.each([
  ['text around it', `one\n${block}two`, 1],
  ['carriage returns', block.replaceAll('\n', '\r\n'), 1],
  ['spaces within the digits and behind the lines', '-----BEGIN A----- \nYW Jj\t\n-----END A-----  \n', 1],
  ['no end of its last line', block.trimEnd(), 1],
  ['nothing in it', '-----BEGIN A-----\n-----END A-----\n', 1],
  ['another label at its end', '-----BEGIN A-----\nYWJj\n-----END B-----\n', 0],
  ['text behind its end', '-----BEGIN A-----\nYWJj\n-----END A-----x\n', 0],
  ['text before its begin', `x${block}`, 0],
  ['digits that are no base64', '-----BEGIN A-----\nYWJ\n-----END A-----\n', 0],
  ['headers only', '-----BEGIN A-----\na: b\n-----END A-----\n', 0],
  ['a broken block before it', `-----BEGIN B-----\nYW!\n-----END B-----\n${block}`, 1],
  ['a begin within it', `-----BEGIN B-----\nYWJj\n${block}`, 1],
])('a block with %s', (_, text, count) => {
  expect(decodePems(text).blocks).toHaveLength(count)
})

test('what follows the last block is told', () => {
  expect(decodePems(`${block}${block}tail\n`)).toMatchObject({
    blocks: [{ type: 'A' }, { type: 'A' }],
    rest: 'tail\n',
  })
})

test('a megabyte of ends without a begin is passed over at once', () => {
  const begin = performance.now()

  expect(decodePems('\n-----END A-----'.repeat(70_000)).blocks).toEqual([])
  expect(performance.now() - begin).toBeLessThan(3 * 1000)
})
