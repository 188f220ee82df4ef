import { expect, test, vi } from 'vitest'
import { sleep, systemClock } from './clock.ts'

test('sleep() resolves after its time', async () => {
  vi.useFakeTimers()
  try {
    const slept = sleep(1000, systemClock, new AbortController().signal)
    await vi.advanceTimersByTimeAsync(1000)

    await expect(slept).resolves.toBeUndefined()
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('sleep() rejects with the reason of the signal and leaves no timer', async () => {
  vi.useFakeTimers()
  try {
    const controller = new AbortController()
    const slept = sleep(1000, systemClock, controller.signal)
    controller.abort(new Error('enough'))

    await expect(slept).rejects.toThrow('enough')
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('sleep() rejects at once when the signal was aborted before', async () => {
  await expect(sleep(1000, systemClock, AbortSignal.abort(new Error('late')))).rejects.toThrow('late')
})

test('after() holds delays longer than setTimeout takes', () => {
  vi.useFakeTimers()
  try {
    let called = false
    const cancel = systemClock.after(2 ** 40, () => {
      called = true
    })
    vi.advanceTimersByTime(1000)
    cancel()

    expect(called).toBe(false)
  } finally {
    vi.useRealTimers()
  }
})
