import { parseFloat64 } from '../value/numbers.ts'
import { type GoString, int } from '../value/value.ts'
import { parseInteger } from './integer.ts'
import type { NumberNode } from './nodes.ts'
import { unquoteCharacter } from './unquote.ts'

/** The node of a character constant; undefined when it is malformed. */
export function characterNode(at: number, text: GoString): NumberNode | undefined {
  const code = unquoteCharacter(text)
  if (code === undefined) return undefined
  const value = BigInt(code)
  return { kind: 'number', at, text, int: value, uint: value, float: code, ideal: int(value) }
}

/** The node of a number, or what is wrong with it. */
export function numberNode(at: number, text: GoString): NumberNode | string {
  if (text.length > mostDigits) return 'number too long'
  const value = parseInteger(text)
  if (value !== undefined) return integerNode(at, text, value)
  const float = parseFloat64(text)
  if (float === undefined || !Number.isFinite(float)) return 'illegal number syntax'
  return hasPointOrExponent(text) ? floatNode(at, text, float) : 'integer overflow'
}

/** So that reading one costs little; no number needs as many. */
const mostDigits = 1000

/** A sign keeps a number from being unsigned, unless it is zero. */
function integerNode(at: number, text: GoString, value: bigint): NumberNode | string {
  const isInt = isInt64(value)
  const isUint = isUint64(value) && (!/^[+-]/.test(text) || value === 0n)
  if (!isInt && !isUint) return 'integer overflow'
  const float = Number(value)
  const ideal = isInt ? idealOf(text, value, float) : undefined
  return {
    kind: 'number',
    at,
    text,
    int: isInt ? value : undefined,
    uint: isUint ? value : undefined,
    float,
    ideal,
  }
}

/** Only what begins with `0x` counts as hexadecimal here, so that `-0x1e` has an exponent: Go's own rule. */
function idealOf(text: GoString, value: bigint, float: number): NumberNode['ideal'] {
  const isHexadecimal = /^0[xX]./.test(text) && !/[pP]/.test(text)
  return !isHexadecimal && hasPointOrExponent(text) ? float : int(value)
}

function floatNode(at: number, text: GoString, float: number): NumberNode {
  const value = Number.isInteger(float) ? BigInt(float) : undefined
  return {
    kind: 'number',
    at,
    text,
    int: value !== undefined && isInt64(value) ? value : undefined,
    uint: value !== undefined && isUint64(value) ? value : undefined,
    float,
    ideal: float,
  }
}

function hasPointOrExponent(text: GoString): boolean {
  return /[.eEpP]/.test(text)
}

function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value
}

function isUint64(value: bigint): boolean {
  return BigInt.asUintN(64, value) === value
}
