import type { Input } from '../../template/render-options.ts'
import type { RawBody } from './schema-step.ts'
import type { Data } from './template-set.ts'

type Escape = NonNullable<RawBody['escape']>

/** How values are escaped in a body of this kind, unless the user says so himself. */
export function escapeOf({ contentType, escape }: RawBody): Escape {
  if (escape !== undefined) return escape
  if (/\/(.*\+)?json\b/.test(contentType)) return 'json'
  return /\/(.*\+)?xml\b/.test(contentType) ? 'xml' : 'none'
}

/**
 * The variables with every text escaped for a body of this kind, so that a value stays between the quotes or tags that
 * the template puts around it.
 */
export function escaped(data: Data, escape: Escape): Data {
  if (escape === 'none') return data
  const words = escape === 'json' ? jsonText : xmlText
  return new Map([...data].map(([key, it]) => [key, escapedInput(it, words)]))
}

function escapedInput(input: Input, words: (text: string) => string): Input {
  if (typeof input === 'string') return words(input)
  if (input instanceof Uint8Array) return words(Buffer.from(input).toString('utf8'))
  if (input instanceof Map) return new Map([...input].map(([key, it]) => [key, escapedInput(it, words)]))
  return Array.isArray(input) ? input.map((it) => escapedInput(it, words)) : input
}

function jsonText(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function xmlText(text: string): string {
  return text.replace(/[&<>"']/g, (it) => entities[it] ?? '').replace(/[^\t\n\r\u0020-\uffff]/g, '')
}
