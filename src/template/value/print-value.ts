import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { checkDepth } from './depth.ts'
import { type Directive, pad, truncate } from './format-spec.ts'
import { showBytes, showScalar } from './print-scalar.ts'
import { GoMap, type GoString, type GoType, Opaque, Slice, typeOf, type Value } from './value.ts'

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
  const isAddress = value instanceof Slice || value instanceof GoMap || value instanceof Opaque
  if (isAddress) throw new FunctionError('cannot show an address (%p)')
  return showBadVerb(value, directive, budget)
}

function isContainer(value: Value): boolean {
  return value instanceof GoMap || (value instanceof Slice && value.type !== '[]uint8')
}

function showValue(value: Value, directive: Directive, budget: Budget): GoString {
  const part = partOf(value, directive, budget)
  return typeof part === 'string' ? part : showContainer(part, directive, budget)
}

/** What is shown at once as text, or a container whose parts come one by one. */
type Part = GoString | Slice | GoMap

function partOf(value: Value, directive: Directive, budget: Budget): Part {
  if (value instanceof GoMap) return value
  if (value instanceof Slice)
    return isShownAsText(value, directive) ? showBytes(value, directive, budget) : value
  return showScalar(value, directive, budget) ?? showBadVerb(value, directive, budget)
}

function isShownAsText({ type }: Slice, { verb }: Directive): boolean {
  return type === '[]uint8' && 'sqxX'.includes(verb)
}

/** No recursion: how deep a template nests its values must not depend on the stack. */
function showContainer(value: Slice | GoMap, directive: Directive, budget: Budget): GoString {
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
  value: Slice | GoMap,
  directive: Directive,
  budget: Budget,
  depth: number,
): Iterator<Part, void> {
  return value instanceof GoMap
    ? partsOfMap(value, directive, budget)
    : partsOfSlice(value, directive, budget, depth)
}

/** A verb that is not for this type: Go says so in the text and goes on. */
function showBadVerb(value: Value, { verb, spec }: Directive, budget: Budget): GoString {
  return `%!${verb}(${typeOf(value)}=${showValue(value, { verb: 'v', spec }, budget)})`
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
  yield spec.goSyntax ? `${shownType}{` : '['
  const itemType = type.slice('[]'.length)
  let isFirst = true
  for (const item of items) {
    if (!isFirst) yield spec.goSyntax ? ', ' : ' '
    isFirst = false
    yield partOfItem(item, itemType, directive, budget)
  }
  yield spec.goSyntax ? '}' : ']'
}

/** The keys in the order of their bytes. */
function* partsOfMap({ type, entries }: GoMap, directive: Directive, budget: Budget): Generator<Part, void> {
  const { goSyntax } = directive.spec
  budget.step(entries.size)
  yield goSyntax ? `${type}{` : 'map['
  for (const [index, key] of [...entries.keys()].sort().entries()) {
    if (index > 0) yield goSyntax ? ', ' : ' '
    yield `${showValue(key, directive, budget)}:`
    yield partOfItem(entries.get(key) ?? null, type.slice('map[string]'.length), directive, budget)
  }
  yield goSyntax ? '}' : ']'
}

function partOfItem(item: Value, type: GoType, directive: Directive, budget: Budget): Part {
  if (item === null) return directive.spec.goSyntax ? `${type}(nil)` : '<nil>'
  return partOf(item, directive, budget)
}
