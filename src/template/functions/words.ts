import { type Functions, fn, type GoFunction } from '../function.ts'
import { goString, textOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import { isUpper, toLower, toUpper } from './letters.ts'
import { isConnector, type Word, wordsOf } from './word-kinds.ts'

/** Functions that write names in the style of another language, as xstrings does. */
export const wordFunctions: Functions = {
  snakecase: written((text) => joined(wordsOf(text), '_')),
  kebabcase: written((text) => joined(wordsOf(text), '-')),
  camelcase: written((text) => goString(camelCase(textOf(text)))),
}

function written(write: (text: GoString) => GoString): GoFunction {
  return fn(['string'], ([text], { budget }) => {
    budget.step(1 + (text.length >> 3))
    budget.allocate(4 * text.length)
    return write(text)
  })
}

/** Words in lower case, with connectors where a new one begins; a number belongs to a word next to it. */
function joined(words: readonly Word[], connector: string): GoString {
  let result = ''
  let at = 0
  const kindAt = (index: number) => words[index]?.kind
  const take = () => {
    const word = words[at++]
    if (word !== undefined) result += lowered(word, connector)
  }
  const takeLettersAndNumbers = () => {
    while (kindAt(at) === 'letters' || kindAt(at) === 'number') take()
  }
  const connect = () => {
    if (at < words.length && !['connector', 'punctuation'].includes(kindAt(at) ?? '')) result += connector
  }
  while (at < words.length - 1) {
    const kind = kindAt(at)
    take()
    if (kind === 'connector' || kind === 'punctuation') continue
    if (kind === 'number') takeLettersAndNumbers()
    else if (kindAt(at) === 'number') {
      if (at === words.length - 1) break
      if (kindAt(at + 1) === 'letters') {
        result += connector
        takeLettersAndNumbers()
      } else take()
    }
    connect()
  }
  take()
  return result
}

function lowered({ kind, text }: Word, connector: string): GoString {
  if (kind !== 'upper' && kind !== 'connector') return text
  let result = ''
  for (const letter of textOf(text)) {
    const rune = letter.codePointAt(0) ?? 0
    result += isConnector(rune) ? connector : isUpper(rune) ? String.fromCodePoint(toLower(rune)) : letter
  }
  return goString(result)
}

/**
 * The letter behind connectors in upper case and the connectors gone, but for those at the start and all of a run but
 * the last. Capitals that follow a capital become small.
 */
function camelCase(text: string): string {
  const runes = Array.from(text, (letter) => letter.codePointAt(0) ?? 0)
  const start = runes.findIndex((rune) => !isConnector(rune))
  // xstrings writes the last of nothing but connectors twice.
  if (start === -1) return text + (text.at(-1) ?? '')
  const result = runes.slice(0, start)
  let before = toLower(runes[start] ?? 0)
  let isShouting = isUpper(runes[start] ?? 0)
  for (const rune of runes.slice(start + 1)) {
    if (isConnector(before)) {
      if (isConnector(rune)) result.push(before)
      else isShouting = isUpper(rune)
      before = isConnector(rune) ? rune : toUpper(rune)
      continue
    }
    result.push(before)
    if (!isUpper(rune)) isShouting = false
    before = isShouting ? toLower(rune) : rune
  }
  const last = isShouting ? toLower(before) : before
  return [...result, last].map((rune) => String.fromCodePoint(rune)).join('')
}
