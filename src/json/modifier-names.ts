const names = [
  'pretty',
  'ugly',
  'reverse',
  'this',
  'flatten',
  'join',
  'valid',
  'keys',
  'values',
  'tostr',
  'fromstr',
  'group',
  'dig',
] as const

/** The names that may follow `@` in a path. */
export type ModifierName = (typeof names)[number]

/** Whether a word after `@` is one of them; any other is the name of a member. */
export function isModifier(name: string): name is ModifierName {
  return names.some((it) => it === name)
}
