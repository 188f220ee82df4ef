import { Recent } from './recent.ts'

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}
const whole = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/
const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g

/** Thousands of objects say the same few, and each of them several times a run. */
const known = new Recent<string, number>(100)

/** Milliseconds of a Go duration string (`1h30m`, `0`, `1.5s`: time.ParseDuration), or undefined when it is not one. */
export function parseDuration(text: string): number | undefined {
  const ms = known.get(text)
  if (ms !== undefined || text.length > 64 || !whole.test(text)) return ms
  let sum = 0
  for (const [, amount, unit] of text.matchAll(part)) sum += Number(amount) * (unitMs[unit ?? ''] ?? 0)
  const signed = text.startsWith('-') ? -sum : sum
  known.set(text, signed)
  return signed
}
