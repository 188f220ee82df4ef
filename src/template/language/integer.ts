import type { GoString } from '../value/value.ts'

/**
 * The value of an integer constant of Go: decimal, `0x`, `0o`, `0b` or octal after a lone 0, with underscores between
 * digits and perhaps a sign. Undefined when it is none, or has more digits than 64 bits can need.
 */
export function parseInteger(text: GoString): bigint | undefined {
  const match = grammar.exec(text)
  const [, sign, prefix = '', digits = ''] = match ?? []
  if (digits === '' || (prefix === '' && digits.startsWith('_'))) return undefined
  const base = bases.get(prefix.toLowerCase())
  const significant = digits.replaceAll('_', '').replace(/^0+/, '')
  if (base === undefined || !base.digits.test(significant) || significant.length > base.most) return undefined
  const value = BigInt(`${base.prefix}${significant === '' ? '0' : significant}`)
  return sign === '-' ? -value : value
}

/** After a prefix an underscore may come first. */
const grammar = /^([+-]?)(0[xX](?=_?[0-9a-fA-F])|0[bBoO](?=_?[0-9])|0(?=_?[0-9]))?((?:_?[0-9a-fA-F])+)$/

interface Base {
  /** What BigInt reads it by. */
  readonly prefix: string
  readonly digits: RegExp
  /** Digits of 2 to the power of 64. */
  readonly most: number
}

const octal: Base = { prefix: '0o', digits: /^[0-7]*$/, most: 22 }

const bases: ReadonlyMap<string, Base> = new Map([
  ['', { prefix: '', digits: /^[0-9]*$/, most: 20 }],
  ['0x', { prefix: '0x', digits: /^[0-9a-fA-F]*$/, most: 16 }],
  ['0b', { prefix: '0b', digits: /^[01]*$/, most: 64 }],
  ['0o', octal],
  ['0', octal],
])
