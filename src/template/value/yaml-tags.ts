import type { YamlSource } from './yaml-source.ts'
import { isBlank, isBlankOrEnd, isBreak, isBreakOrEnd } from './yaml-source.ts'
import { type Token, token } from './yaml-token.ts'

const word = /[0-9A-Za-z_-]*/y
const uriRun = /[0-9A-Za-z_;/?:@&=+$,.!~*'()[\]-]*/y
const digits = /[0-9]*/y
const blanks = /[ \t]*/y
const line = /[^\r\n\u0085\u2028\u2029]*/y
const escaped = /^%[0-9a-fA-F]{2}$/
const afterAnchor = new Set(['?', ':', ',', ']', '}', '%', '@', '`'])

/** Takes `&name` or `*name`. */
export function takeAnchor(source: YamlSource): Token {
  const type = source.peek() === '&' ? 'anchor' : 'alias'
  const from = source.line
  source.skip()
  const value = source.take(word)
  const next = source.peek()
  if (value === '' || !(isBlankOrEnd(next) || afterAnchor.has(next))) {
    throw source.fault('did not find expected alphabetic or numeric character')
  }
  return token(type, from, { value })
}

/** Takes `!<uri>`, `!suffix`, `!handle!suffix` or `!`. */
export function takeTag(source: YamlSource): Token {
  const from = source.line
  const named = source.peek(1) === '<' ? { value: '', suffix: takeVerbatim(source) } : takeShorthand(source)
  if (!isBlankOrEnd(source.peek())) throw source.fault('did not find expected whitespace or line break')
  return token('tag', from, named)
}

function takeVerbatim(source: YamlSource): string {
  source.skip(2)
  const uri = takeUri(source, '')
  if (source.peek() !== '>') throw source.fault("did not find the expected '>'")
  source.skip()
  return uri
}

function takeShorthand(source: YamlSource): { value: string; suffix: string } {
  const handle = takeHandle(source, false)
  if (handle.length > 1 && handle.endsWith('!')) return { value: handle, suffix: takeUri(source, '') }
  const suffix = takeUri(source, handle)
  return suffix === '' ? { value: '', suffix: '!' } : { value: '!', suffix }
}

function takeHandle(source: YamlSource, inDirective: boolean): string {
  if (source.peek() !== '!') throw source.fault("did not find expected '!'")
  source.skip()
  const handle = `!${source.take(word)}`
  if (source.peek() === '!') {
    source.skip()
    return `${handle}!`
  }
  if (inDirective && handle !== '!') throw source.fault("did not find expected '!'")
  return handle
}

/** The rest of a URI that began with a head, whose `!` is no part of it. */
function takeUri(source: YamlSource, head: string): string {
  let uri = head.slice(1) + source.take(uriRun)
  while (source.peek() === '%') uri += takeOctets(source) + source.take(uriRun)
  if (uri === '' && head === '') throw source.fault('did not find expected tag URI')
  return uri
}

/** Takes the escaped bytes of one character. */
function takeOctets(source: YamlSource): string {
  const bytes = [takeOctet(source)]
  const width = widthOf(bytes[0] ?? 0)
  if (width === 0) throw source.fault('found an incorrect leading UTF-8 octet')
  while (bytes.length < width) {
    const byte = takeOctet(source)
    if ((byte & 0xc0) !== 0x80) throw source.fault('found an incorrect trailing UTF-8 octet')
    bytes.push(byte)
  }
  return Buffer.from(bytes).toString('utf8')
}

function takeOctet(source: YamlSource): number {
  const text = source.peek() + source.peek(1) + source.peek(2)
  if (!escaped.test(text)) throw source.fault('did not find URI escaped octet')
  source.skip(3)
  return Number.parseInt(text.slice(1), 16)
}

function widthOf(first: number): number {
  if (first < 0x80) return 1
  if ((first & 0xe0) === 0xc0) return 2
  if ((first & 0xf0) === 0xe0) return 3
  return (first & 0xf8) === 0xf0 ? 4 : 0
}

/** Takes `%YAML` or `%TAG` and its line. */
export function takeDirective(source: YamlSource): Token {
  source.skip()
  const from = source.line
  const name = source.take(word)
  if (name === '') throw source.fault('could not find expected directive name')
  if (!isBlankOrEnd(source.peek())) throw source.fault('found unexpected non-alphabetical character')
  const directive = takeDirectiveValue(source, name, from)
  source.take(blanks)
  if (source.peek() === '#') source.take(line)
  if (!isBreakOrEnd(source.peek())) throw source.fault('did not find expected comment or line break')
  if (isBreak(source.peek())) source.takeBreak()
  return directive
}

function takeDirectiveValue(source: YamlSource, name: string, from: number): Token {
  if (name === 'YAML') return token('version', from, { value: takeVersion(source) })
  if (name !== 'TAG') throw source.fault('found unknown directive name')
  source.take(blanks)
  const value = takeHandle(source, true)
  if (!isBlank(source.peek())) throw source.fault('did not find expected whitespace')
  source.take(blanks)
  const suffix = takeUri(source, '')
  if (!isBlankOrEnd(source.peek())) throw source.fault('did not find expected whitespace or line break')
  return token('tag directive', from, { value, suffix })
}

function takeVersion(source: YamlSource): string {
  source.take(blanks)
  const major = takeVersionNumber(source)
  if (source.peek() !== '.') throw source.fault("did not find expected digit or '.' character")
  source.skip()
  return `${major}.${takeVersionNumber(source)}`
}

function takeVersionNumber(source: YamlSource): number {
  const text = source.take(digits)
  if (text.length > 2) throw source.fault('found extremely long version number')
  if (text === '') throw source.fault('did not find expected version number')
  return Number(text)
}
