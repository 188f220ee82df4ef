import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linesOf } from './json-lines.ts'

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]) {
  let from = 0
  for (const size of sizes) {
    yield bytes.subarray(from, from + size)
    from += size
  }
  yield bytes.subarray(from)
}

async function listOf(lines: AsyncIterable<string>): Promise<string[]> {
  const list: string[] = []
  for await (const line of lines) list.push(line)
  return list
}

async function collected(bytes: Uint8Array, sizes: readonly number[] = []): Promise<string[]> {
  return listOf(linesOf(chunksOf(bytes, sizes)))
}

test('lines come out as they went in, wherever the chunks were cut', async () => {
  const line = fc
    .string({ unit: 'binary', maxLength: 20 })
    .map((it) => it.replaceAll(/\s|\p{Cs}|\uFEFF/gu, '_'))
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(9)), async (lines, sizes) => {
      const bytes = Buffer.from(lines.map((it) => `${it}\n`).join(''))

      expect(await collected(bytes, sizes)).toEqual(lines.filter((it) => it !== ''))
    }),
  )
})

test('a stream that ends within a line is an error, after the lines before it', async () => {
  const lines = linesOf(chunksOf(Buffer.from('one\ntw'), []))

  expect(await lines.next()).toEqual({ value: 'one', done: false })
  await expect(lines.next()).rejects.toMatchObject({ code: 'TRUNCATED_LINE' })
})

test('a line that is not UTF-8 is an error that does not show it', async () => {
  await expect(collected(Buffer.from([0x61, 0xff, 0x0a]))).rejects.toMatchObject({
    code: 'BAD_LINE',
    message: 'Cannot read the stream: a line is not UTF-8',
  })
})

test('a line without end is given up', async () => {
  const megabyte = new Uint8Array(1024 * 1024).fill(0x61)
  async function* endless() {
    for (;;) yield megabyte
  }

  await expect(listOf(linesOf(endless()))).rejects.toMatchObject({ code: 'LINE_TOO_LONG' })
})
