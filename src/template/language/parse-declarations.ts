import type { GoString } from '../value/value.ts'
import type { Parser } from './parser.ts'

/** The variables that a pipeline gives its value to. */
export interface Declarations {
  readonly variables: readonly GoString[]
  readonly assigns: boolean
}

const nothing: Declarations = { variables: [], assigns: false }

/** Parses `$x :=`, `$x =` and, in a range, `$i, $x :=`; leaves a variable that only is an argument. */
export function parseDeclarations(parser: Parser, context: string): Declarations {
  const first = parseDeclaration(parser)
  if (first === undefined) return nothing
  if (first.sign !== ',') return { variables: [first.name], assigns: first.sign === '=' }
  if (context !== 'range') parser.fail(`too many declarations in ${context}`)
  const second = parseSecond(parser)
  if (second === undefined) return { variables: [first.name], assigns: false }
  if (second.sign === ',') parser.fail('too many declarations in range')
  return { variables: [first.name, second.name], assigns: second.sign === '=' }
}

interface Declaration {
  readonly name: GoString
  readonly sign: ',' | '=' | ':='
}

function parseSecond(parser: Parser): Declaration | undefined {
  const { kind } = parser.skipSpace()
  if (kind !== 'variable' && kind !== 'right' && kind !== 'close')
    parser.fail('range can only initialize variables')
  return parseDeclaration(parser)
}

function parseDeclaration(parser: Parser): Declaration | undefined {
  if (parser.skipSpace().kind !== 'variable') return undefined
  const variable = parser.take()
  const sign = signOf(parser.skipSpace())
  if (sign === undefined) {
    parser.backTo(variable)
    return undefined
  }
  parser.take()
  const name = parser.textOf(variable)
  parser.scope.declare(name)
  return { name, sign }
}

function signOf(parser: Parser): Declaration['sign'] | undefined {
  if (parser.kind === 'assign') return '='
  if (parser.kind === 'declare') return ':='
  return parser.kind === 'other' && parser.text === ',' ? ',' : undefined
}
