import type { Budget } from '../budget.ts'
import { pad, type Spec, truncate } from './format-spec.ts'
import { fitsBackquotes, quote, quoteToAscii } from './quote.ts'
import type { GoString } from './value.ts'

/** A string under a verb of Go's fmt; undefined when the verb is not one for strings. */
export function showText(value: GoString, verb: GoString, spec: Spec, budget: Budget): GoString | undefined {
  if (verb === 's' || (verb === 'v' && !spec.goSyntax)) return showPlainly(value, spec, budget)
  if (verb === 'q' || verb === 'v') return showQuoted(value, spec, budget)
  if (verb === 'x') return showHex(value, '0x', spec, budget)
  return verb === 'X' ? showHex(value, '0X', spec, budget) : undefined
}

function showPlainly(value: GoString, spec: Spec, budget: Budget): GoString {
  const text = truncate(value, spec, budget)
  budget.allocate(text.length)
  return pad(text, spec, budget)
}

/** Longest escape is `\x00` or `\u0000`, so four bytes for each. */
const quotedBytesEach = 4

function showQuoted(value: GoString, spec: Spec, budget: Budget): GoString {
  const text = truncate(value, spec, budget)
  budget.allocate(quotedBytesEach * text.length + 2)
  if (spec.sharp && fitsBackquotes(text)) return pad(`\`${text}\``, spec, budget)
  return pad(spec.plus ? quoteToAscii(text) : quote(text), spec, budget)
}

/** The bytes in hexadecimal, as many as the precision allows; with a space flag each stands for itself. */
function showHex(value: GoString, prefix: string, spec: Spec, budget: Budget): GoString {
  const bytes = value.slice(0, spec.precision)
  const between = spec.space ? ` ${spec.sharp ? prefix : ''}` : ''
  budget.allocate(bytes.length * (2 + between.length) + 2)
  const lower = Buffer.from(bytes, 'latin1').toString('hex')
  const digits = prefix === '0X' ? lower.toUpperCase() : lower
  const parted = between === '' ? digits : digits.replace(/..(?=.)/g, `$&${between}`)
  return pad((spec.sharp && bytes !== '' ? prefix : '') + parted, spec, budget)
}
