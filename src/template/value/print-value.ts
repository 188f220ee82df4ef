import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { checkDepth } from './depth.ts'
import { type Directive, pad, truncate } from './format-spec.ts'
import { showBytes, showScalar } from './print-scalar.ts'
import { GoMap, type GoString, type GoType, kindOf, Opaque, Slice, typeOf, type Value } from './value.ts'
import { showText } from './verb-text.ts'

/** An argument as Go's fmt shows it under a directive. */
export function showArgument(value: Value, directive: Directive, budget: Budget): GoString {
  const { verb, spec } = directive
  if (value === null) return verb === 'T' || verb === 'v' ? pad('<nil>', spec, budget) : `%!${verb}(<nil>)`
  if (verb === 'T') return pad(truncate(typeOf(value), spec, budget), spec, budget)
  if (verb === 'p') return showAddress(value, directive, budget)
  if (verb === 'w' && isContainer(value)) return showBadVerb(value, directive, budget)
  return showValue(value, directive, budget)
}

/** No template can know an address in Go's memory. */
function showAddress(value: Value, directive: Directive, budget: Budget): GoString {
  if (['slice', 'map', 'ptr'].includes(kindOf(value))) throw new FunctionError('cannot show an address (%p)')
  return showBadVerb(value, directive, budget)
}

function isContainer(value: Value): boolean {
  return (
    value instanceof GoMap || value instanceof Opaque || (value instanceof Slice && value.type !== '[]uint8')
  )
}

function showValue(value: Value, directive: Directive, budget: Budget): GoString {
  const part = partOf(value, directive, budget, 0)
  return typeof part === 'string' ? part : showContainer(part, directive, budget)
}

/** What holds parts that are shown one by one. */
type Container = Slice | GoMap | Opaque

/** What is shown at once as text, or what holds parts. */
type Part = GoString | Container

function partOf(value: Value, directive: Directive, budget: Budget, depth: number): Part {
  if (value instanceof GoMap) return value
  if (value instanceof Slice)
    return isShownAsText(value, directive) ? showBytes(value, directive, budget) : value
  const text = value instanceof Opaque ? textUnder(value, directive) : undefined
  if (text !== undefined) return showText(text, directive.verb, directive.spec, budget) ?? ''
  if (value instanceof Opaque && value.integer === undefined) return structOf(value, directive, depth)
  return showScalar(value, directive, budget) ?? showBadVerb(value, directive, budget)
}

/** What the String method gives, where the verb asks for it. */
function textUnder(value: Opaque, { verb, spec, withoutMethods }: Directive): GoString | undefined {
  const asks = 'vsxXq'.includes(verb) && !spec.goSyntax && withoutMethods !== true
  return asks ? value.text() : undefined
}

/** A struct that can be shown by its fields. Under other verbs than `v`, Go has odd rules for private ones. */
function structOf(value: Opaque, { verb }: Directive, depth: number): Opaque {
  const isAddress = value.kind === 'ptr' && depth > 0
  const isShowable = value.fields() !== undefined && !isAddress
  if (isShowable && (verb === 'v' || value.text() === undefined)) return value
  throw new FunctionError(`cannot show a ${value.type} in that form`)
}

function isShownAsText({ type }: Slice, { verb }: Directive): boolean {
  return type === '[]uint8' && 'sqxX'.includes(verb)
}

/** No recursion: how deep a template nests its values must not depend on the stack. */
function showContainer(value: Container, directive: Directive, budget: Budget): GoString {
  const open = [partsOf(value, directive, budget, 0)]
  let shown = ''
  for (let parts = open.at(-1); parts !== undefined; parts = open.at(-1)) {
    const { done, value: part } = parts.next()
    if (done === true) {
      open.pop()
    } else if (typeof part === 'string') {
      shown += part
    } else {
      checkDepth(open.length + 1)
      open.push(partsOf(part, directive, budget, open.length))
    }
  }
  return shown
}

function partsOf(
  value: Container,
  directive: Directive,
  budget: Budget,
  depth: number,
): Iterator<Part, void> {
  if (value instanceof GoMap) return partsOfMap(value, directive, budget, depth)
  if (value instanceof Slice) return partsOfSlice(value, directive, budget, depth)
  return partsOfStruct(value, directive, budget, depth)
}

/** A verb that is not for this type: Go says so in the text and goes on. */
function showBadVerb(value: Value, { verb, spec }: Directive, budget: Budget): GoString {
  return `%!${verb}(${typeOf(value)}=${showValue(value, { verb: 'v', spec, withoutMethods: true }, budget)})`
}

function* partsOfSlice(
  value: Slice,
  directive: Directive,
  budget: Budget,
  depth: number,
): Generator<Part, void> {
  const { verb, spec } = directive
  const { type, items } = value
  budget.step(items.length)
  // Go spells the type of bytes differently when they are the argument itself.
  const shownType = type === '[]uint8' && verb === 'v' && depth === 0 ? '[]byte' : type
  if (spec.goSyntax && value.isNil) return yield `${shownType}(nil)`
  yield spec.goSyntax ? `${shownType}{` : '['
  const itemType = type.slice('[]'.length)
  let isFirst = true
  for (const item of items) {
    if (!isFirst) yield spec.goSyntax ? ', ' : ' '
    isFirst = false
    yield partOfItem(item, itemType, directive, budget, depth + 1)
  }
  yield spec.goSyntax ? '}' : ']'
}

/** The keys in the order of their bytes. */
function* partsOfMap(map: GoMap, directive: Directive, budget: Budget, depth: number): Generator<Part, void> {
  const { type, entries } = map
  const { goSyntax } = directive.spec
  budget.step(entries.size)
  if (goSyntax && map.isNil) return yield `${type}(nil)`
  yield goSyntax ? `${type}{` : 'map['
  for (const [index, key] of [...entries.keys()].sort().entries()) {
    if (index > 0) yield goSyntax ? ', ' : ' '
    yield `${showValue(key, directive, budget)}:`
    const itemType = type.slice('map[string]'.length)
    yield partOfItem(entries.get(key) ?? null, itemType, directive, budget, depth + 1)
  }
  yield goSyntax ? '}' : ']'
}

/** What a pointer points to is shown behind a `&`. */
function* partsOfStruct(
  value: Opaque,
  directive: Directive,
  budget: Budget,
  depth: number,
): Generator<Part, void> {
  const { goSyntax, withNames } = directive.spec
  if (value.kind === 'ptr') yield '&'
  yield goSyntax ? `${value.type.replace('*', '')}{` : '{'
  let isFirst = true
  for (const [name, field] of value.fields() ?? []) {
    if (!isFirst) yield goSyntax ? ', ' : ' '
    isFirst = false
    if (goSyntax || withNames) yield `${name}:`
    yield partOf(field, directive, budget, depth + 1)
  }
  yield '}'
}

function partOfItem(item: Value, type: GoType, directive: Directive, budget: Budget, depth: number): Part {
  if (item === null) return directive.spec.goSyntax ? `${type}(nil)` : '<nil>'
  return partOf(item, directive, budget, depth)
}
