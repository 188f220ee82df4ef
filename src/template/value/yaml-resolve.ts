import { parseFloat64 } from './numbers.ts'
import { YamlFault } from './yaml-fault.ts'
import { parseTimestamp } from './yaml-timestamp.ts'

/** A scalar as go-yaml decodes it: bigint for int and uint64, number for float64. */
export type YamlScalar = null | boolean | string | number | bigint

/** What a scalar is: the short name of its tag, and its value. */
export interface Resolved {
  readonly tag: string
  readonly value: YamlScalar
}

const prefix = 'tag:yaml.org,2002:'
const resolvable = new Set(['', '!!str', '!!bool', '!!int', '!!float', '!!null', '!!timestamp'])
const words = new Map<string, YamlScalar>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (it) => [it, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (it) => [it, false] as const,
  ),
  ...['', '~', 'null', 'Null', 'NULL'].map((it) => [it, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((it) => [it, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((it) => [it, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((it) => [it, Number.NEGATIVE_INFINITY] as const),
])

/** The value of a scalar without quotes, or with a tag. Throws YamlFault where it is not what its tag says. */
export function resolveScalar(wholeTag: string, text: string): Resolved {
  const tag = shortTag(wholeTag)
  if (!resolvable.has(tag)) return { tag, value: text }
  if (tag === '!!str') return { tag, value: text }
  const found = plainValue(text, tag)
  if (tag === '' || tag === found.tag) return found
  if (tag === '!!float' && typeof found.value === 'bigint' && found.value < 2n ** 63n) {
    return { tag, value: Number(found.value) }
  }
  const goText = `cannot decode ${found.tag} \`${text}\` as a ${tag}`
  throw new YamlFault(`cannot decode ${found.tag} as a ${tag}`, { goText })
}

/** `!!str` of the whole name. */
export function shortTag(tag: string): string {
  return tag.startsWith(prefix) ? `!!${tag.slice(prefix.length)}` : tag
}

/** True where the text, written without quotes, is read back as the same string. */
export function isPlainString(text: string): boolean {
  return resolveScalar('', text).tag === '!!str'
}

function plainValue(text: string, tag: string): Resolved {
  const word = words.get(text)
  if (word !== undefined) return { tag: tagOf(word), value: word }
  if (text.startsWith('.')) return pointed(text)
  if (!numeric.test(text)) return { tag: '!!str', value: text }
  if ((tag === '' || tag === '!!timestamp') && parseTimestamp(text))
    return { tag: '!!timestamp', value: text }
  const value = numberOf(text.replaceAll('_', ''))
  return value === undefined ? { tag: '!!str', value: text } : { tag: tagOf(value), value }
}

function tagOf(value: YamlScalar): string {
  if (value === null) return '!!null'
  if (typeof value === 'boolean') return '!!bool'
  return typeof value === 'bigint' ? '!!int' : '!!float'
}

const numeric = /^[-+0-9]/
const integer = /^([-+]?)(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)$/
/** What Go's ParseInt takes for the digits behind `0b`. */
const signedBinary = /^0b([-+])([01]+)$/
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/

function pointed(text: string): Resolved {
  const value = parseFloat64(text)
  return value === undefined ? { tag: '!!str', value: text } : { tag: '!!float', value }
}

function numberOf(text: string): bigint | number | undefined {
  return integerOf(text) ?? (float.test(text) ? floatOf(text) : undefined) ?? signedBinaryOf(text)
}

/** Undefined beyond int64, or uint64 where there is no sign. */
function integerOf(text: string): bigint | undefined {
  const [, sign, digits] = integer.exec(text) ?? []
  if (digits === undefined) return undefined
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits)
  if (sign === '-') return magnitude <= 2n ** 63n ? -magnitude : undefined
  return magnitude < (sign === '+' ? 2n ** 63n : 2n ** 64n) ? magnitude : undefined
}

function signedBinaryOf(text: string): bigint | undefined {
  const [, sign, digits] = signedBinary.exec(text) ?? []
  if (digits === undefined) return undefined
  const magnitude = BigInt(`0b${digits}`)
  if (sign === '-') return magnitude <= 2n ** 63n ? -magnitude : undefined
  return magnitude < 2n ** 63n ? magnitude : undefined
}

/** Go's ParseFloat refuses what is beyond float64. */
function floatOf(text: string): number | undefined {
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}
