import { expect, test } from 'vitest'
import { LargeBodies } from './large-bodies.ts'

const kib = 1024
const mebibyte = kib * kib
const { signal } = new AbortController()

/** A sender that counts what was taken of so many chunks of 64 KiB; `hold` keeps it back after as many. */
function sender(chunks: number, hold = Number.POSITIVE_INFINITY) {
  const held = Promise.withResolvers<void>()
  const state = { taken: 0, isClosed: false, release: () => held.resolve() }
  const body = (async function* () {
    try {
      for (let at = 0; at < chunks; at++) {
        if (at >= hold) await held.promise
        state.taken += 1
        yield Buffer.alloc(64 * kib, 'a')
      }
    } finally {
      state.isClosed = true
    }
  })()
  return Object.assign(state, { body })
}

test.each([
  ['nothing', 0, mebibyte / 2, 0],
  ['a value', 1, mebibyte / 2, 64 * kib],
  ['all that is allowed', 8, mebibyte / 2, mebibyte / 2],
  ['a list', 160, 16 * mebibyte, 10 * mebibyte],
])('a body of %s is read whole', async (_name, chunks, maxBytes, bytes) => {
  const { body } = sender(chunks)

  expect((await new LargeBodies().read(body, maxBytes, signal))?.length).toBe(bytes)
})

test.each([64 * kib, mebibyte / 2, 8 * mebibyte])(
  'a body over %i bytes is read no further',
  async (maxBytes) => {
    const endless = sender(100_000)

    expect(await new LargeBodies().read(endless.body, maxBytes, signal)).toBeUndefined()
    expect(endless.taken).toBe(maxBytes / (64 * kib) + 1)
    expect(endless.isClosed).toBe(true)
  },
)

test('the memory of a body that is too long is given back, and not that of the pool that it shares with others', async () => {
  const [own, pooled] = [Buffer.alloc(64 * kib), Buffer.from('a'.repeat(100))]
  const body = (async function* () {
    yield own
    yield pooled
  })()

  expect(await new LargeBodies().read(body, 64 * kib, signal)).toBeUndefined()
  expect([own.buffer.byteLength, pooled.toString()]).toEqual([0, 'a'.repeat(100)])
})

test('above 64 kB four are read at a time, above half a MiB one; others are left with the sender', async () => {
  const bodies = new LargeBodies()
  const senders = Array.from({ length: 20 }, () => sender(100, 90))
  const reads = senders.map((it) => bodies.read(it.body, 16 * mebibyte, signal))
  const taken = () => senders.map((it) => it.taken).toSorted((a, b) => b - a)
  await expect.poll(() => taken()[0]).toBe(90)
  await new Promise((resolve) => setTimeout(resolve, 50))

  expect(taken().slice(0, 4)).toEqual([90, 9, 9, 9])
  expect(taken().slice(4)).toEqual(Array(16).fill(2))
  for (const it of senders) it.release()
  const lengths = (await Promise.all(reads)).map((it) => it?.length)
  expect(new Set(lengths)).toEqual(new Set([100 * 64 * kib]))
})

test('who waits for a place stops at its deadline, and leaves the place to others', async () => {
  const bodies = new LargeBodies()
  const holders = Array.from({ length: 4 }, () => sender(8, 5))
  const held = holders.map((it) => bodies.read(it.body, mebibyte / 2, signal))
  const late = sender(8)

  await expect(bodies.read(late.body, mebibyte / 2, AbortSignal.timeout(50))).rejects.toThrow('timeout')

  expect(late.isClosed).toBe(true)
  for (const it of holders) it.release()
  await Promise.all(held)
  expect(await bodies.read(sender(8).body, mebibyte / 2, signal)).toHaveLength(512 * kib)
})
