import fc from 'fast-check'

/** The pieces of a table, which stand between bars: `a¦b¦¦c` holds an empty one. */
export function piecesOf(table: string): readonly string[] {
  return table.split('¦')
}

/** One piece of a table. */
export function oneOf(table: string): fc.Arbitrary<string> {
  return fc.constantFrom(...piecesOf(table))
}
