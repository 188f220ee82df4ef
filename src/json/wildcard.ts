/** Whether a text matches a pattern in which `*` stands for any characters, `?` for one, and `\` takes the next as it is. */
export function matches(text: string, pattern: string): boolean {
  const chars = Array.from(text)
  const terms = termsOf(pattern)
  let at = 0
  let term = 0
  // Where to go on when what follows the last star does not fit: that star takes one character more.
  let star = -1
  let starAt = 0
  while (at < chars.length) {
    if (terms[term] === anything) {
      star = term++
      starAt = at
    } else if (term < terms.length && fits(terms[term], chars[at])) {
      term++
      at++
    } else if (star >= 0) {
      term = star + 1
      at = ++starAt
    } else {
      return false
    }
  }
  return terms.slice(term).every((it) => it === anything)
}

const anything = Symbol('*')
const anyOne = Symbol('?')
type Term = string | symbol | undefined

function fits(term: Term, char: string | undefined): boolean {
  return term === anyOne || term === char
}

function termsOf(pattern: string): Term[] {
  const terms: Term[] = []
  const chars = Array.from(pattern)
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at]
    if (char === '\\') terms.push(chars[++at] ?? '\\')
    else if (char === '*') terms.push(anything)
    else terms.push(char === '?' ? anyOne : char)
  }
  return terms
}
