import type { Limits } from './budget.ts'

/** One template. */
export interface Template {
  /** For messages: where the text stands, such as `spec.target.template.data["tls.crt"]`. */
  readonly name: string
  readonly text: string
}

/** What a template sees: text, bytes (a Go string), numbers (integers as int, others as float64), lists and maps. */
export type Input = string | Uint8Array | boolean | number | readonly Input[] | ReadonlyMap<string, Input>

/** What actions stand between. */
export type Delimiters = readonly [left: string, right: string]

export interface RenderOptions {
  /** The dot of every template; a name that is not there is an error (`missingkey=error`). */
  readonly data: ReadonlyMap<string, Input>
  /** `eso`: what ESO lets pass silently passes here too. */
  readonly compat?: 'strict' | 'eso'
  /** `{{` and `}}` where they are left out. */
  readonly delimiters?: Delimiters | undefined
  /** Wall-clock time for `now` and its kin, in milliseconds. */
  readonly nowMs: number
  readonly limits?: Limits
  readonly signal?: AbortSignal
}

/** Renders a set of templates over the same data: the bytes of each, in the same order. Throws TemplateError. */
export type Render = (
  templates: readonly Template[],
  options: RenderOptions,
) => Promise<readonly Uint8Array[]>

/** What may be sent to another thread. */
export type RenderJob = Omit<RenderOptions, 'signal'>
