import { SignFailure } from '../sign-failure.ts'
import type { Part, TemplateSet } from './template-set.ts'
import { wrong } from './wrong.ts'

/** An action with its quoted texts, a slash, and what is between. */
const pieces = /\{\{(?:"(?:\\.|[^"\\])*"|`[^`]*`|'(?:\\.|[^'\\])*'|(?!\}\})[^"`'])*\}\}|\/|[^/{]+|\{/gs

/**
 * A path whose segments are templates of their own: what a value holds stays within its segment, percent-encoded, so
 * that it can change neither the host nor the way to the call. Throws InvalidConfig.
 */
export function compilePath(name: string, text: string, set: TemplateSet): Part<string> {
  if (text !== '' && !text.startsWith('/')) throw wrong([name], 'does not begin with a slash')
  const segments = segmentsOf(text).map((it) => compileSegment(name, it, set))
  return (rendered) => segments.map((it) => `/${it(rendered)}`).join('')
}

function segmentsOf(text: string): string[] {
  const segments: string[] = []
  for (const [piece] of text.matchAll(pieces)) {
    if (piece === '/') segments.push('')
    else segments.push(`${segments.pop() ?? ''}${piece}`)
  }
  return segments
}

function compileSegment(name: string, text: string, set: TemplateSet): Part<string> {
  if (text.includes('{{')) return filled(name, set.add(name, text))
  if (/[?#]/.test(text)) throw wrong([name], 'has a query or fragment; write the query into query')
  if (leads(text)) throw wrong([name], 'has a segment that leads elsewhere')
  const encoded = text.replace(/[^A-Za-z0-9._~!$&'()*+,;=:@%-]|%(?![0-9A-Fa-f]{2})/gu, encodeURIComponent)
  return () => encoded
}

function filled(name: string, part: Part<string>): Part<string> {
  return (rendered) => {
    const value = part(rendered)
    if (value === '' || leads(value))
      throw new SignFailure('Refused', `Cannot make ${name}: a segment of it is empty or leads elsewhere`)
    return encodeURIComponent(value)
  }
}

/** Whether a segment is `.` or `..`, written out or encoded. */
function leads(segment: string): boolean {
  return /^(\.|%2e){1,2}$/i.test(segment)
}
