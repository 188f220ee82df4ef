/** The numbers of the groups that bear a name, in the order of the pattern. */
export type GroupNames = ReadonlyMap<string, readonly number[]>

/** A pattern whose groups have lost their names. */
export interface Unnamed {
  readonly pattern: string
  readonly names: GroupNames
}

/** Takes the names from the groups of a pattern, for Go lets several groups bear one name and re2js does not. */
export function withoutNames(pattern: string): Unnamed {
  const names = new Map<string, number[]>()
  let groups = 0
  const unnamed = pattern.replaceAll(tokens, (token: string, name: string | undefined) => {
    if (token !== '(' && name === undefined) return token
    groups++
    if (name !== undefined) names.set(name, [...(names.get(name) ?? []), groups])
    return '('
  })
  return { pattern: unnamed, names }
}

/** Quoted text, an escape, a class in brackets, the head of a group with a name, of another that counts not, a group. */
const tokens = /\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*(?:\]|\\?$)|\(\?P?<(\w+)>|\(\?|\(/gsu
