import { FunctionError } from '../error.ts'
import { decodeBase64 } from '../value/base64.ts'
import { bytesOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'

/** A block of PEM: its label, its headers and its bytes. */
export interface PemBlock {
  readonly type: GoString
  readonly headers: ReadonlyMap<GoString, GoString>
  readonly bytes: Buffer
}

const begin = '-----BEGIN '
const end = '\n-----END '
const dashes = '-----'

/**
 * The first block of a text and what follows it; undefined when there is none. What is no block is passed over as Go's
 * encoding/pem does: a label must end its line, BEGIN must begin one, and BEGIN and END must agree.
 */
export function decodePem(text: GoString): { block: PemBlock; rest: GoString } | undefined {
  let rest = text
  for (;;) {
    const endAt = rest.indexOf(end)
    if (endAt < 0) return undefined
    const beginAt = rest.slice(0, endAt + 1).lastIndexOf(begin)
    const after = endAt + end.length
    if (beginAt < 0 || (beginAt > 0 && rest[beginAt - 1] !== '\n')) {
      rest = rest.slice(after)
      continue
    }
    const found = blockOf(rest.slice(beginAt + begin.length, endAt + 1), rest.slice(after))
    if (found !== undefined) return found
    rest = rest.slice(after)
  }
}

/** All blocks of a text, and whether anything but white space follows the last. */
export function decodePems(text: GoString): { blocks: readonly PemBlock[]; rest: GoString } {
  const blocks: PemBlock[] = []
  let rest = text
  for (let found = decodePem(rest); found !== undefined; found = decodePem(rest)) {
    blocks.push(found.block)
    rest = found.rest
  }
  return { blocks, rest }
}

/** PEM as Go's encoding/pem writes it: 64 digits a line, headers sorted with Proc-Type first. */
export function encodePem(type: GoString, bytes: Buffer, headers: PemBlock['headers'] = new Map()): GoString {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return [`${begin}${type}-----`, ...headerLines(headers), ...lines, `-----END ${type}-----\n`].join('\n')
}

function headerLines(headers: PemBlock['headers']): readonly GoString[] {
  if (headers.size === 0) return []
  const names = [...headers.keys()]
    .sort()
    .sort((a, b) => Number(b === 'Proc-Type') - Number(a === 'Proc-Type'))
  return [...names.map((name) => `${name}: ${headers.get(name) ?? ''}`), '']
}

/** `body` is what stands between `BEGIN ` and the line of END; `after` what follows `END `. */
function blockOf(body: GoString, after: GoString): { block: PemBlock; rest: GoString } | undefined {
  const first = lineOf(body)
  if (!first.line.endsWith(dashes)) return undefined
  const type = first.line.slice(0, -dashes.length)
  const closing = lineOf(after)
  if (closing.line !== type + dashes) return undefined
  const { headers, rest } = headersOf(first.rest)
  // Go wants a line between the headers and END.
  if (headers.size > 0 && rest === '') return undefined
  const bytes = decodeBase64(rest.replace(/[ \t]/g, ''))
  if (typeof bytes !== 'string') return undefined
  return { block: { type, headers, bytes: bytesOf(bytes) }, rest: closing.rest }
}

function headersOf(text: GoString): { headers: Map<GoString, GoString>; rest: GoString } {
  const headers = new Map<GoString, GoString>()
  let rest = text
  for (let next = lineOf(rest); next.line.includes(':'); next = lineOf(rest)) {
    const colon = next.line.indexOf(':')
    headers.set(trimmed(next.line.slice(0, colon)), trimmed(next.line.slice(colon + 1)))
    rest = next.rest
  }
  return { headers, rest }
}

function lineOf(text: GoString): { line: GoString; rest: GoString } {
  const at = text.indexOf('\n')
  if (at < 0) return { line: text.replace(/[ \t]+$/, ''), rest: '' }
  const line = text.slice(0, text[at - 1] === '\r' ? at - 1 : at)
  return { line: line.replace(/[ \t]+$/, ''), rest: text.slice(at + 1) }
}

const trimmed = (text: GoString): GoString => text.replace(/^[ \t\v\f\r\n]+|[ \t\v\f\r\n]+$/g, '')

/** The bytes of the first block of a text. Throws FunctionError when there is none; `what` is in its message. */
export function firstPem(text: GoString, what: string): PemBlock {
  const found = decodePem(text)
  if (found === undefined) throw new FunctionError(`${what} is not PEM`)
  return found.block
}
