/**
 * About how many instructions a pattern compiles to: one for each character, times its counted repeats. It is reckoned
 * before the pattern is compiled, for `((a{30}){30}){30}` is short and costs much. For a pattern that is no pattern the
 * figure means nothing.
 */
export function programSizeOf(pattern: string): number {
  const open = [0]
  let last = 0
  for (const [token, from, to] of pattern.matchAll(tokens)) {
    if (token === '(') {
      open.push(0)
      last = 0
    } else if (token === ')' && open.length > 1) {
      last = 1 + (open.pop() ?? 0)
      add(open, last)
    } else if (from !== undefined) {
      add(open, last * (Math.max(Number(from), Number(to ?? 0), 1) - 1))
    } else {
      last = 1
      add(open, last)
    }
  }
  return open.reduce((sum, size) => sum + size, 0)
}

/** An escape, a class in brackets, a counted repeat or any one character; what is not closed goes to the end. */
const tokens =
  /\\[pP]\{[^}]*(?:\}|$)|\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*(?:\]|\\?$)|\{(\d+)(?:,(\d*))?\}|./gsu

function add(open: number[], size: number): void {
  open.push((open.pop() ?? 0) + size)
}
