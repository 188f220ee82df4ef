import type { Budget } from '../budget.ts'
import { type Functions, fn, variadic } from '../function.ts'
import { type GoString, int, Slice } from '../value/value.ts'

/** Functions that count. */
export const rangeFunctions: Functions = {
  until: fn(['int'], ([count], { budget }) =>
    ints(numbers(0n, count.value, count.value < 0n ? -1n : 1n, budget)),
  ),
  untilStep: fn(['int', 'int', 'int'], ([start, stop, step], { budget }) =>
    ints(numbers(start.value, stop.value, step.value, budget)),
  ),
  seq: variadic([], 'int', (_, bounds, { budget }) =>
    sequence(
      bounds.map((bound) => bound.value),
      budget,
    ),
  ),
}

function ints(values: readonly bigint[]): Slice {
  return new Slice('[]int', values.map(int))
}

/** From `start` on, by steps, up to and without `stop`; none where the step leads away from it. */
function numbers(start: bigint, stop: bigint, step: bigint, budget: Budget): bigint[] {
  const isDown = stop < start
  if (step === 0n || isDown !== step < 0n) return []
  const count = Number((stop - start + step - (isDown ? -1n : 1n)) / step)
  budget.step(count)
  budget.allocate(32 * count)
  return Array.from({ length: count }, (_, index) => start + BigInt(index) * step)
}

/** Numbers as the command seq gives them, on one line: end; start and end; start, step and end. */
function sequence(bounds: readonly bigint[], budget: Budget): GoString {
  const [first = 0n, second = 0n, third = 0n] = bounds
  if (bounds.length === 1) return through(1n, undefined, first, budget)
  if (bounds.length === 2) return through(first, undefined, second, budget)
  if (bounds.length === 3) return through(first, second, third, budget)
  return ''
}

function through(start: bigint, step: bigint | undefined, end: bigint, budget: Budget): GoString {
  const direction = end < start ? -1n : 1n
  const beyond = BigInt.asIntN(64, end + direction)
  const values = numbers(start, beyond, step ?? direction, budget)
  return values.join(' ')
}
