import { SignFailure } from '../sign-failure.ts'
import { compileBody } from './json-body.ts'
import { escapeOf } from './raw-body.ts'
import type { AnyStep, RawBody } from './schema-step.ts'
import type { Part, Rendered, TemplateSet } from './template-set.ts'

type Pairs = readonly (readonly [string, string])[]

function pairsOf(name: string, texts: Readonly<Record<string, string>>, set: TemplateSet): Part<Pairs> {
  const parts = Object.entries(texts).map(([key, text]) => [key, set.add(`${name}.${key}`, text)] as const)
  return (rendered) => parts.map(([key, part]) => [key, part(rendered)] as const)
}

/** The query with its question mark; values are percent-encoded. */
export function compileQuery(
  name: string,
  texts: Readonly<Record<string, string>>,
  set: TemplateSet,
): Part<string> {
  const pairs = pairsOf(name, texts, set)
  return (rendered) => {
    const found = pairs(rendered).map((pair) => pair.map(encodeURIComponent).join('='))
    return found.length === 0 ? '' : `?${found.join('&')}`
  }
}

const headerValue = /^[\t\u0020-\u007e]{0,16384}$/

/** Headers; a value can neither end its header nor begin another. */
export function compileHeaders(
  name: string,
  texts: Readonly<Record<string, string>>,
  set: TemplateSet,
): Part<Readonly<Record<string, string>>> {
  const pairs = pairsOf(name, texts, set)
  return (rendered) =>
    Object.fromEntries(
      pairs(rendered).map(([key, value]) => [key.toLowerCase(), headerOf(`${name}.${key}`, value.trim())]),
    )
}

function headerOf(name: string, value: string): string {
  if (headerValue.test(value)) return value
  throw unfit(name, 'has a line break or a character that no header may have')
}

interface Body {
  readonly type?: string
  readonly bytes?: Buffer
}

/** The body, whichever of its forms the step has. */
export function compileAnyBody(
  name: string,
  { body, form, rawBody }: AnyStep,
  set: TemplateSet,
  raw: TemplateSet,
): (rendered: Rendered, raw: Rendered) => Body {
  if (body !== undefined) {
    const json = compileBody(`${name}.body`, body, set)
    return (it) => ({ type: 'application/json', bytes: Buffer.from(JSON.stringify(json(it))) })
  }
  if (form !== undefined) {
    const pairs = pairsOf(`${name}.form`, form, set)
    return (it) => ({
      type: 'application/x-www-form-urlencoded',
      bytes: Buffer.from(formOf(pairs(it))),
    })
  }
  if (rawBody === undefined) return () => ({})
  const text = raw.add(`${name}.rawBody.text`, rawBody.text)
  return (_, it) => ({ type: rawBody.contentType, bytes: Buffer.from(checkedRaw(name, rawBody, text(it))) })
}

/** Quotes that the template forgot would let a value be structure: JSON that is none is not sent. */
function checkedRaw(name: string, rawBody: RawBody, text: string): string {
  if (escapeOf(rawBody) !== 'json') return text
  try {
    JSON.parse(text)
    return text
  } catch {
    throw unfit(`${name}.rawBody.text`, 'is not JSON')
  }
}

function formOf(pairs: Pairs): string {
  const form = new URLSearchParams()
  for (const [key, value] of pairs) form.append(key, value)
  return form.toString()
}

/** Refused: a value of this request does not fit its place. */
export function unfit(what: string, why: string): SignFailure {
  return new SignFailure('Refused', `Cannot make ${what} of this request: it ${why}`)
}
