/** Prints results as lines of `name  value`, for people; the JSON is for programs. */
export function tableOf(results: object): string {
  const rows = [...flat(results, '')]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')
}

function* flat(value: unknown, path: string): Generator<readonly [string, string]> {
  if (Array.isArray(value)) {
    yield [path, value.join(', ')]
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* flat(inner, path === '' ? key : `${path}.${key}`)
  } else {
    yield [path, String(value)]
  }
}
