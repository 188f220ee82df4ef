import type { ExternalSecret } from '../api/externalsecret.ts'
import type { Render } from '../template/render-options.ts'

const compatAnnotation = 'keyferry.io/template-compat'

/** The template engine, and what every template of one sync is rendered with. */
export interface Renderer {
  readonly render: Render
  readonly compat: 'strict' | 'eso'
  /** Wall-clock time, in milliseconds. */
  readonly nowMs: number
  readonly signal: AbortSignal
}

/** What ESO lets pass silently passes where the ExternalSecret says so (design section 3, difference 8). */
export function compatOf({ metadata }: ExternalSecret): 'strict' | 'eso' {
  return metadata.annotations?.[compatAnnotation] === 'eso' ? 'eso' : 'strict'
}
