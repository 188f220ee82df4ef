import { isBlank, isBreak, type YamlSource } from './yaml-source.ts'

/** Spaces and breaks between two pieces of a text, and whether they end the line. */
export interface Gap {
  readonly text: string
  readonly isBroken: boolean
}

const blanks = /[ \t]+/y

/**
 * Takes the spaces and breaks at which a folded text goes on: one line feed stands for a space, of more the first is
 * dropped. `isBroken` says that an escaped break came before. A tab before `minColumn` of a further line is a fault.
 */
export function takeGap(source: YamlSource, isBroken: boolean, minColumn: number): Gap {
  let spaces = ''
  const breaks: string[] = isBroken ? [''] : []
  for (;;) {
    const character = source.peek()
    if (isBreak(character)) {
      breaks.push(source.takeBreak())
      continue
    }
    if (!isBlank(character)) return gapOf(spaces, breaks)
    if (breaks.length === 0) {
      spaces += source.take(blanks)
      continue
    }
    if (character === '\t' && source.column < minColumn) {
      throw source.fault('found a tab character that violates indentation')
    }
    source.skip()
  }
}

function gapOf(spaces: string, breaks: readonly string[]): Gap {
  const [first, ...rest] = breaks
  if (first === undefined) return { text: spaces, isBroken: false }
  if (first !== '\n') return { text: breaks.join(''), isBroken: true }
  return { text: rest.length === 0 ? ' ' : rest.join(''), isBroken: true }
}
