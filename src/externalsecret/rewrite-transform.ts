import { setImmediate as turn } from 'node:timers/promises'
import { defaultLimits } from '../template/budget.ts'
import type { Template } from '../template/render-options.ts'
import type { Renderer } from './renderer.ts'
import type { Entries } from './values.ts'

/**
 * Makes every key anew by a template that sees the old one as `.value`, and what else it is given. Throws
 * TemplateError.
 */
export async function transformKeys(
  entries: Entries,
  template: Template,
  { render, ...options }: Renderer,
  others: Readonly<Record<string, string>> = {},
): Promise<Entries> {
  const limits = sharedBy(entries.length)
  const transformed: (readonly [string, string])[] = []
  for (const [key, value] of entries) {
    const data = new Map(Object.entries({ ...others, value: key }))
    const [bytes = new Uint8Array()] = await render([template], { ...options, data, limits })
    transformed.push([Buffer.from(bytes).toString('utf8'), value])
    // Thousands of keys must not keep the process from its probes.
    await turn()
  }
  return transformed
}

/** However many keys there are, they cost together what one set of templates may. */
function sharedBy(keys: number): typeof defaultLimits {
  const steps = Math.max(10_000, Math.floor(defaultLimits.steps / Math.max(1, keys)))
  return { ...defaultLimits, steps }
}
