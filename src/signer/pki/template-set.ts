import { parsed } from '../../template/engine.ts'
import type { TemplateError } from '../../template/error.ts'
import { render } from '../../template/render.ts'
import type { Input, Template } from '../../template/render-options.ts'

/** What templates see: variables by name. */
export type Data = ReadonlyMap<string, Input>

/** What a step was rendered from: the texts of its templates in the order they were added, and the variables. */
export interface Rendered {
  readonly texts: readonly string[]
  readonly data: Data
}

/** A part of a request, made from what was rendered. */
export type Part<T> = (rendered: Rendered) => T

export interface RenderSettings {
  readonly nowMs: number
  readonly signal: AbortSignal
}

/** The templates of a step, rendered together. */
export class TemplateSet {
  readonly #templates: Template[] = []
  #seen: Seen | undefined

  /** Takes a text in; the part gives what came of it. A text without an action is itself. */
  add(name: string, text: string): Part<string> {
    if (!text.includes('{{')) return () => text
    const index = this.#templates.push({ name, text }) - 1
    return ({ texts }) => texts[index] ?? ''
  }

  /** Whether a template may use a variable, as a field or by `index`. A word that only looks like it costs a value that nobody reads. */
  mentions(variable: string): boolean {
    const names = ['.', '"', '`'].map((before) => `${before}${variable}`)
    return this.#templates.some(({ text }) => names.some((it) => text.includes(it)))
  }

  /** The credentials that templates name, each with the path of the template. */
  secrets(): readonly { readonly key: string; readonly name: string }[] {
    return this.#templates.flatMap(({ name, text }) =>
      [...text.matchAll(secretNames)].map(([, field, quoted]) => ({ key: field ?? quoted ?? '', name })),
    )
  }

  /** Throws TemplateError for a text that is no template. */
  parse(): void {
    for (const it of this.#templates) parsed(it)
  }

  /** The text of each template. Throws TemplateError, whose message shows no value. */
  async render(data: Data, { nowMs, signal }: RenderSettings): Promise<Rendered> {
    if (this.#templates.length === 0) return { texts: [], data }
    this.#seen ??= seenBy(this.#templates)
    const bytes = await render(this.#templates, { data: dataFor(this.#seen, data), nowMs, signal })
    return { texts: bytes.map((it) => Buffer.from(it).toString('utf8')), data }
  }
}

/** The names of the variables that templates can see. */
type Seen = ReadonlySet<string> | 'all'

/** A dot or dollar before anything but a name: the template may speak of all that there is. */
const speaksOfAll = /\.(?![A-Za-z_])|\$(?![A-Za-z_.])/

/** Each variable that is handed over costs; only a dot before its name, or one that stands alone, leads to it. */
function seenBy(templates: readonly Template[]): Seen {
  const texts = templates.map(({ text }) => text)
  if (texts.some((it) => speaksOfAll.test(it))) return 'all'
  return new Set(texts.flatMap((it) => [...it.matchAll(/\.([A-Za-z_]\w*)/g)].map(([, name]) => name ?? '')))
}

/** `issuer` is always among them: a map of texts alone is of another type to a template. */
function dataFor(seen: Seen, data: Data): Data {
  if (seen === 'all') return data
  return new Map([...data].filter(([name]) => name === 'issuer' || seen.has(name)))
}

const secretNames = /\.secrets\.([A-Za-z_][A-Za-z0-9_]*)|index\s+\$?\.secrets\s+"([^"\\]{1,253})"/g

/** Where in a step a template failed, in words that show no value. */
export function templateWords(error: TemplateError): { readonly at: string; readonly why: string } {
  const { template = 'a template', line, column } = error.place ?? {}
  const where = line === undefined ? '' : `line ${line}, column ${column}: `
  return { at: template, why: `${where}${error.message}` }
}
