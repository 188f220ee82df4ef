import type { Case, Outcome } from './case.ts'
import type { GoEngine } from './go-engine.ts'
import { renderOurs } from './our-engine.ts'

/** Renders a template to text; throws where the engine does not. */
export type RenderText = (template: string, data?: Case['data']) => Promise<string>

/** Ours and the real engine, for what one makes and the other has to take. */
export function bothEngines(engine: GoEngine): { readonly ours: RenderText; readonly theirs: RenderText } {
  return {
    ours: async (template, data = {}) => textOf(await renderOurs({ name: 'ours', template, data })),
    theirs: async (template, data = {}) =>
      textOf(await engine.render({ name: 'theirs', template, data }, 60_000)),
  }
}

function textOf(outcome: Outcome): string {
  if (outcome.kind === 'output') return outcome.bytes.toString('utf8')
  throw new Error(outcome.message)
}
