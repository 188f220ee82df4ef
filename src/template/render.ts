import { systemClock } from '../std/clock.ts'
import { Budget, defaultLimits, type Limits } from './budget.ts'
import { isSlow, parsed, renderHere } from './engine.ts'
import type { Render, RenderOptions, Template } from './render-options.ts'
import { WorkerPool } from './worker-pool.ts'

/** What a set of templates may cost on the thread that answers probes too: some hundredths of a second. */
const quickLimits: Limits = { ...defaultLimits, steps: 100_000, allocatedBytes: 16 * 1024 * 1024 }

/** Characters of all templates of a set that are parsed there. */
const largestText = 128 * 1024

/** A few threads for what takes longer; started when they are first needed. */
const pool = new WorkerPool({
  clock: systemClock,
  most: 2,
  workMs: 5000,
  idleMs: 30_000,
  heapMb: 128,
})

/** The engine of this process. Sets that call slow functions, or that turn out to be long, run in a worker. */
export const render: Render = async (templates, options) => {
  options.signal?.throwIfAborted()
  const isLong = isLarge(templates) || templates.map((it) => parsed(it, options.delimiters)).some(isSlow)
  const quick = isLong ? undefined : renderQuickly(templates, options)
  if (quick !== undefined) return quick
  const { signal, ...job } = options
  return pool.render({ templates, job }, signal)
}

/** Parsing a megabyte takes a fifth of a second. */
function isLarge(templates: readonly Template[]): boolean {
  return templates.reduce((sum, { text }) => sum + text.length, 0) > largestText
}

/** The results; undefined where they cost more than may be spent here. */
function renderQuickly(
  templates: readonly Template[],
  options: RenderOptions,
): readonly Uint8Array[] | undefined {
  const { limits = defaultLimits } = options
  const steps = Math.min(limits.steps, quickLimits.steps)
  const allocatedBytes = Math.min(limits.allocatedBytes, quickLimits.allocatedBytes)
  const budget = new Budget({ ...limits, steps, allocatedBytes })
  try {
    return renderHere(templates, options, budget)
  } catch (error) {
    const isOurLimit = steps < limits.steps || allocatedBytes < limits.allocatedBytes
    if (isOurLimit && isSpent(budget)) return undefined
    throw error
  }
}

/** What is spent stays below nothing. */
function isSpent(budget: Budget): boolean {
  try {
    budget.step(0)
    budget.allocate(0)
    return false
  } catch {
    return true
  }
}
