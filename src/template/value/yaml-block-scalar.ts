import { isBlank, isBreak, isBreakOrEnd, type YamlSource } from './yaml-source.ts'

/** What the header of a block scalar says. */
interface Header {
  readonly isLiteral: boolean
  readonly chomping: '' | '+' | '-'
  /** Columns beyond the parent's, 0 where the first line says it. */
  readonly indent: number
}

const digit = /^[0-9]$/
const line = /[^\r\n\u0085\u2028\u2029]*/y
const spaces = / */y
const blanks = /[ \t]*/y

/** The text of a scalar that begins with `|` or `>`; `parentIndent` is -1 at the root. */
export function takeBlockScalar(source: YamlSource, parentIndent: number): string {
  const header = takeHeader(source)
  let indent = header.indent === 0 ? 0 : Math.max(parentIndent, 0) + header.indent
  const first = takeBreaks(source, indent, parentIndent)
  indent = first.indent
  let text = ''
  let lineBreak = ''
  let breaks = first.breaks
  let wasBlank = false
  while (source.column === indent && source.peek() !== '') {
    const startsBlank = isBlank(source.peek())
    const folds = !header.isLiteral && !wasBlank && !startsBlank && lineBreak === '\n'
    const joint = folds ? (breaks === '' ? ' ' : '') : lineBreak
    text += joint + breaks + source.take(line)
    wasBlank = startsBlank
    lineBreak = isBreak(source.peek()) ? source.takeBreak() : ''
    breaks = takeBreaks(source, indent, parentIndent).breaks
  }
  return text + ending(header, lineBreak, breaks)
}

function ending({ chomping }: Header, lineBreak: string, breaks: string): string {
  if (chomping === '-') return ''
  return chomping === '+' ? lineBreak + breaks : lineBreak
}

function takeHeader(source: YamlSource): Header {
  const isLiteral = source.peek() === '|'
  source.skip()
  let chomping = takeChomping(source)
  const indent = takeIndent(source)
  if (chomping === '' && indent > 0) chomping = takeChomping(source)
  source.take(blanks)
  if (source.peek() === '#') source.take(line)
  if (!isBreakOrEnd(source.peek())) throw source.fault('did not find expected comment or line break')
  if (isBreak(source.peek())) source.takeBreak()
  return { isLiteral, chomping, indent }
}

function takeChomping(source: YamlSource): '' | '+' | '-' {
  const character = source.peek()
  if (character !== '+' && character !== '-') return ''
  source.skip()
  return character
}

function takeIndent(source: YamlSource): number {
  const character = source.peek()
  if (!digit.test(character)) return 0
  if (character === '0') throw source.fault('found an indentation indicator equal to 0')
  source.skip()
  return Number(character)
}

/** Takes indentation and empty lines; the deepest of them is the indent where none is known (0). */
function takeBreaks(
  source: YamlSource,
  indent: number,
  parentIndent: number,
): { breaks: string; indent: number } {
  let breaks = ''
  let deepest = 0
  for (;;) {
    takeIndentation(source, indent)
    deepest = Math.max(deepest, source.column)
    if ((indent === 0 || source.column < indent) && source.peek() === '\t') {
      throw source.fault('found a tab character where an indentation space is expected')
    }
    if (!isBreak(source.peek())) break
    breaks += source.takeBreak()
  }
  return { breaks, indent: indent === 0 ? Math.max(deepest, parentIndent + 1, 1) : indent }
}

function takeIndentation(source: YamlSource, indent: number): void {
  if (indent === 0) {
    source.take(spaces)
    return
  }
  while (source.column < indent && source.peek() === ' ') source.skip()
}
