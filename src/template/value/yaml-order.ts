const letter = /^\p{L}$/u
const digit = /^\p{Nd}$/u

/** The order in which go-yaml writes keys: numbers within them by their value, other characters before letters. */
export function byYamlOrder(a: string, b: string): number {
  return isBefore(Array.from(a), Array.from(b)) ? -1 : isBefore(Array.from(b), Array.from(a)) ? 1 : 0
}

function isBefore(a: readonly string[], b: readonly string[]): boolean {
  const at = a.findIndex((it, index) => it !== b[index])
  const [mine, other] = [a[at], b[at]]
  if (at < 0 || mine === undefined || other === undefined) return a.length < b.length
  const [isLetter, otherIsLetter] = [letter.test(mine), letter.test(other)]
  if (isLetter && otherIsLetter) return runeOf(mine) < runeOf(other)
  if (isLetter || otherIsLetter) return otherIsLetter
  return isLower(numberAt(a, at, a, b), numberAt(b, at, a, b), mine, other)
}

interface Run {
  readonly value: bigint
  readonly end: number
}

function isLower(mine: Run, other: Run, character: string, otherCharacter: string): boolean {
  if (mine.value !== other.value) return mine.value < other.value
  if (mine.end !== other.end) return mine.end < other.end
  return runeOf(character) < runeOf(otherCharacter)
}

/** The digits from a place; where a zero stands there, digits before it that are not zeros make it count. */
function numberAt(text: readonly string[], at: number, a: readonly string[], b: readonly string[]): Run {
  let value = a[at] === '0' || b[at] === '0' ? leading(a, at) : 0n
  let end = at
  for (; digit.test(text[end] ?? ''); end++) {
    value = BigInt.asIntN(64, value * 10n + BigInt(runeOf(text[end] ?? '') - 0x30))
  }
  return { value, end }
}

function leading(text: readonly string[], at: number): bigint {
  for (let index = at - 1; digit.test(text[index] ?? ''); index--) if (text[index] !== '0') return 1n
  return 0n
}

function runeOf(character: string): number {
  return character.codePointAt(0) ?? 0
}
