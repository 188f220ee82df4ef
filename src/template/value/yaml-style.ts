import { isPlainString } from './yaml-resolve.ts'

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal'

const breaks = /[\n\r\u0085\u2028\u2029]/
/** What libyaml shows as it is; characters beyond the first plane are not among it. */
const unprintable = /[^\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/
const firstIndicator = /^(?:[#,[\]{}&*!|>'"%@`]|[-?:](?:[ \t]|$)|---|\.\.\.)/
const laterIndicator = /.:(?:[ \t]|$)|[ \t\n\r\u0085\u2028\u2029]#/s
const outerSpace = /^[ \n\r\u0085\u2028\u2029]|[ \n\r\u0085\u2028\u2029]$/
const breakThenSpace = /[\n\r\u0085\u2028\u2029] /
const spaceThenBreak = / [\n\r\u0085\u2028\u2029]/
const sexagesimal = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/

/** How go-yaml v2 writes a string: so that it is read back as the same. A key stands on one line. */
export function styleOf(text: string, isKey: boolean): ScalarStyle {
  if (text.includes('\n')) return isKey || !fitsLiteral(text) ? 'double' : 'literal'
  if (!isPlainString(text) || sexagesimal.test(text)) return 'double'
  if (isKey && hasBreak(text)) return 'double'
  if (fitsPlain(text)) return 'plain'
  return fitsSingle(text) ? 'single' : 'double'
}

/** Whether a line would end within the text, by any of the breaks that YAML knows. */
export function hasBreak(text: string): boolean {
  return breaks.test(text)
}

/** Whether go-yaml writes the character as it is, not as an escape. */
export function isPrintable(character: string): boolean {
  return !unprintable.test(character)
}

function fitsPlain(text: string): boolean {
  return !(
    firstIndicator.test(text) ||
    laterIndicator.test(text) ||
    outerSpace.test(text) ||
    breaks.test(text) ||
    unprintable.test(text)
  )
}

function fitsSingle(text: string): boolean {
  return !(breakThenSpace.test(text) || spaceThenBreak.test(text) || unprintable.test(text))
}

function fitsLiteral(text: string): boolean {
  return !(text.endsWith(' ') || spaceThenBreak.test(text) || unprintable.test(text))
}
