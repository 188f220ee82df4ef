import { afterEach, expect, test, vi } from 'vitest'
import { sayingNews } from './story.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('a call that repeats is told once, so that the line to copy stays on the screen', () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const tell = sayingNews((it: string) => it)

  for (const it of ['read', 'list', 'list', 'list', 'read']) tell(it)

  expect(print.mock.calls.flat()).toEqual(['   read', '   list', '   read'])
})
