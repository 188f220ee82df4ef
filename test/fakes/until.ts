import { vi } from 'vitest'

/** Waits until `check` throws no more, for as long as a busy machine may take; looks every `intervalMs`. */
export function until(check: () => void, intervalMs = 10): Promise<void> {
  return vi.waitFor(check, { timeout: 20_000, interval: intervalMs })
}
