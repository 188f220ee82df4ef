import { LRUCache } from 'lru-cache'
import { type Matcher, RE2JS, RE2JSException, RE2JSSyntaxException } from 're2js'
import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { bytesOf, runesOf, textOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import { type GroupNames, withoutNames } from './regex-names.ts'
import { programSizeOf } from './regex-size.ts'

/** Instructions of one pattern at most; patterns that people write have some hundreds. */
const maxSize = 10_000

/** A compiled pattern may hold some megabytes of states, so only a few are kept. */
const kept = new LRUCache<GoString, Compiled>({ max: 32 })

interface Compiled {
  readonly program: RE2JS
  readonly names: GroupNames
}

/** A match: where it begins and ends, and the same of each group that took part. */
export interface Match {
  readonly start: number
  readonly end: number
  group(number: number): readonly [start: number, end: number] | undefined
}

/** A pattern of Go's syntax, at work on one text. Places are bytes. */
export interface Search {
  readonly names: GroupNames
  readonly groups: number
  /** The leftmost match from a place on. Its groups can be asked for until `find` is called again. */
  find(from: number): Match | undefined
}

/** Begins to search a text. Throws FunctionError for what is no pattern, or too large a one. */
export function search(pattern: GoString, text: GoString, budget: Budget): Search {
  const size = checkedSize(pattern)
  budget.step(size)
  const compiled = kept.get(pattern) ?? compile(pattern)
  kept.set(pattern, compiled)
  return searchOf(compiled, text, size, budget)
}

function checkedSize(pattern: GoString): number {
  if (pattern.length > maxSize) throw new FunctionError(`takes a pattern of ${maxSize} bytes at most`)
  const size = programSizeOf(textOf(pattern))
  if (size > maxSize) throw new FunctionError(`takes a pattern of ${maxSize} instructions at most`)
  return size
}

function compile(pattern: GoString): Compiled {
  for (const { rune, width } of runesOf(pattern))
    if (rune === 0xfffd && width === 1) throw new FunctionError('takes a pattern of UTF-8')
  try {
    return compileNamed(textOf(pattern))
  } catch (error) {
    throw new FunctionError(`takes a regular expression of RE2${faultOf(error)}`)
  }
}

function compileNamed(pattern: string): Compiled {
  try {
    const program = RE2JS.compile(pattern)
    const names = Object.entries(program.namedGroups()).map(([name, group]) => [name, [group]] as const)
    return { program, names: new Map(names) }
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException) || error.error !== 'duplicate capture group name')
      throw error
    const unnamed = withoutNames(pattern)
    return { program: RE2JS.compile(unnamed.pattern), names: unnamed.names }
  }
}

/** What is wrong in words that are always the same; the rest of the error shows the pattern, which may be a secret. */
function faultOf(error: unknown): string {
  if (error instanceof RE2JSSyntaxException) return `: ${error.error}`
  if (error instanceof RE2JSException) return ''
  throw error
}

function searchOf({ program, names }: Compiled, text: GoString, size: number, budget: Budget): Search {
  const matcher = program.matcher(bytesOf(text))
  budget.step(stepsFor(text.length, size))
  return {
    names,
    groups: program.groupCount(),
    find(from) {
      const isFound = timed(() => matcher.find(from), budget)
      if (!isFound) return undefined
      budget.step(stepsFor(matcher.end() - from, size))
      return matchOf(matcher)
    },
  }
}

function matchOf(matcher: Matcher): Match {
  return {
    start: matcher.start(),
    end: matcher.end(),
    group: (number) => {
      const start = matcher.start(number)
      return start < 0 ? undefined : [start, matcher.end(number)]
    },
  }
}

/** 64 bytes of text at each instruction. */
function stepsFor(bytes: number, size: number): number {
  return 1 + Math.ceil((bytes * size) / 64)
}

/** Milliseconds that all searches of a render may take before they are charged for time. */
const freeMs = 20

const tookMs = new WeakMap<Budget, number>()

/**
 * A search may read far beyond the match it finds, and so all of them together may take the square of the text's
 * length. Nothing tells how far it read; so what takes long pays a step for each microsecond.
 */
function timed<T>(work: () => T, budget: Budget): T {
  const began = performance.now()
  const result = work()
  const took = performance.now() - began
  const sum = took + (tookMs.get(budget) ?? 0)
  tookMs.set(budget, sum)
  if (sum > freeMs) budget.step(Math.ceil(1000 * took))
  return result
}
