/**
 * JSON of a structured value with its members in the order of their names, written as Go's encoder does. A Gateway may
 * give them in another order each time, and the Secret must not change with it; ESO writes the same bytes.
 */
export function sortedJson(value: object): string {
  return JSON.stringify(value, (_, it: unknown) => (isRecord(it) ? sorted(it) : it)).replace(
    /[<>&\u2028\u2029]/g,
    (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sorted(record: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
