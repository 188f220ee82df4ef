import type { GoString, Int } from '../value/value.ts'

/** What every node has: its place, a byte of the template's text. */
interface Placed {
  readonly at: number
}

export interface TextNode extends Placed {
  readonly kind: 'text'
  readonly text: GoString
}

/** `{{.x | f}}`: what it gives is written, unless it declares variables. */
export interface ActionNode extends Placed {
  readonly kind: 'action'
  readonly pipe: PipeNode
}

/** `if` or `with`. `else if` is one more case, so that a long chain of them is not deep. */
export interface BranchNode extends Placed {
  readonly kind: 'if' | 'with'
  readonly cases: readonly Case[]
  /** What stands after `else`; empty where there is none. */
  readonly otherwise: readonly Node[]
}

/** What is done when a pipeline gives something that is not empty. */
export interface Case {
  readonly pipe: PipeNode
  readonly list: readonly Node[]
}

export interface RangeNode extends Placed, Case {
  readonly kind: 'range'
  /** What stands after `else`; empty where there is none. */
  readonly otherwise: readonly Node[]
}

/** `{{template "name" .}}`, which `block` also becomes. */
export interface TemplateNode extends Placed {
  readonly kind: 'template'
  readonly name: GoString
  readonly pipe: PipeNode | undefined
}

export interface JumpNode extends Placed {
  readonly kind: 'break' | 'continue'
}

/** What stands in a list and is done in turn. */
export type Node = TextNode | ActionNode | BranchNode | RangeNode | TemplateNode | JumpNode

export interface PipeNode extends Placed {
  readonly kind: 'pipe'
  /** `=` instead of `:=`. */
  readonly assigns: boolean
  /** The variables that take the value, each with its dollar sign. */
  readonly variables: readonly GoString[]
  readonly commands: readonly CommandNode[]
}

/** An operand alone, or a function or method with its arguments after it. */
export interface CommandNode extends Placed {
  readonly kind: 'command'
  readonly first: Operand
  readonly args: readonly Operand[]
  /** Whether all arguments, and what the pipeline gives as the last one, are constants of the template's text. */
  readonly isLiteral: boolean
}

export interface BoolNode extends Placed {
  readonly kind: 'bool'
  readonly value: boolean
}

/** A number under every type that can hold it, as Go's untyped constants are. */
export interface NumberNode extends Placed {
  readonly kind: 'number'
  readonly text: GoString
  readonly int: bigint | undefined
  readonly uint: bigint | undefined
  readonly float: number | undefined
  /** What it is where no type is asked for; undefined when it is too large for an int. */
  readonly ideal: Int | number | undefined
}

export interface StringNode extends Placed {
  readonly kind: 'string'
  readonly value: GoString
  /** With its quotes. */
  readonly text: GoString
}

export interface PlainNode extends Placed {
  readonly kind: 'nil' | 'dot'
}

/** `.a.b` */
export interface FieldNode extends Placed {
  readonly kind: 'field'
  readonly names: readonly GoString[]
}

/** `$x.a.b` */
export interface VariableNode extends Placed {
  readonly kind: 'variable'
  readonly variable: GoString
  readonly names: readonly GoString[]
}

/** The name of a function. */
export interface IdentifierNode extends Placed {
  readonly kind: 'identifier'
  readonly name: GoString
}

/** `(f .x).a.b` */
export interface ChainNode extends Placed {
  readonly kind: 'chain'
  readonly of: Operand
  readonly names: readonly GoString[]
}

export type ConstantNode = BoolNode | NumberNode | StringNode

/** Whether an operand is a bool, number or string of the template's text. */
export function isConstant(node: Operand): node is ConstantNode {
  return node.kind === 'bool' || node.kind === 'number' || node.kind === 'string'
}

/** What can stand in a command. */
export type Operand =
  | ConstantNode
  | PlainNode
  | FieldNode
  | VariableNode
  | IdentifierNode
  | ChainNode
  | PipeNode

/** One template in Go's sense: the text as a whole, or what stands in a `define` or `block`. */
export interface Definition {
  readonly name: GoString
  readonly list: readonly Node[]
}

/** A template that was parsed, with what it defines. */
export interface Tree {
  /** For messages. */
  readonly name: string
  readonly text: GoString
  readonly root: Definition
  readonly definitions: ReadonlyMap<GoString, Definition>
  readonly functionNames: ReadonlySet<GoString>
}
