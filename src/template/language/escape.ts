import { goString, runesOf } from '../value/bytes.ts'
import { isPrintable } from '../value/quote-printable.ts'
import type { GoString } from '../value/value.ts'

const htmlEntities: ReadonlyMap<string, GoString> = new Map([
  ['\0', goString('\ufffd')],
  ['"', '&#34;'],
  ["'", '&#39;'],
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
])

/** Go's template.HTMLEscapeString. */
export function escapeHtml(text: GoString): GoString {
  return text.replace(/["'&<>]|\0/g, (it) => htmlEntities.get(it) ?? it)
}

/** Go's template.JSEscapeString. */
export function escapeJs(text: GoString): GoString {
  if (!/[^ !#-%(-;?-[\]-\x7f]/.test(text)) return text
  const parts: GoString[] = []
  for (const { rune, at, width } of runesOf(text))
    parts.push(escapeOfRune(rune) ?? text.slice(at, at + width))
  return parts.join('')
}

function escapeOfRune(rune: number): GoString | undefined {
  if (rune >= 0x80) return isPrintable(rune) ? undefined : `\\u${hex(rune)}`
  const character = String.fromCharCode(rune)
  if (character === '\\' || character === '"' || character === "'") return `\\${character}`
  return rune < 0x20 || '<>&='.includes(character) ? `\\u${hex(rune)}` : undefined
}

function hex(rune: number): string {
  return rune.toString(16).toUpperCase().padStart(4, '0')
}

/** Go's url.QueryEscape. */
export function escapeUrlQuery(text: GoString): GoString {
  return text.replace(/[^A-Za-z0-9_.~-]/g, (it) => (it === ' ' ? '+' : `%${percent(it)}`))
}

function percent(byte: GoString): string {
  return byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
}
