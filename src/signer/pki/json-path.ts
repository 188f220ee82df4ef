const every = Symbol('every element')

/** One step into a JSON value: a member, an element, or every element. */
type Step = string | number | typeof every

/** A path into JSON, as `data.ca_chain[*]`, `certificateRequests[0].id`, `$.a["odd key"]`. */
export interface JsonPath {
  readonly text: string
  readonly steps: readonly Step[]
}

const token = /\.?([A-Za-z_][A-Za-z0-9_-]{0,100})|\[(\d{1,6})\]|\[(\*)\]|\["([^"\\]{1,100})"\]/y

/** Reads a path; undefined when it is none. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps: Step[] = []
  token.lastIndex = text.startsWith('$') ? 1 : 0
  while (token.lastIndex < text.length) {
    const found = token.exec(text)
    if (found === null || steps.length >= 32) return undefined
    const [, name, index, star, quoted] = found
    steps.push(star === undefined ? (name ?? quoted ?? Number(index)) : every)
  }
  return steps.length === 0 ? undefined : { text, steps }
}

/** What lies at a path, lists taken apart; nothing where there is nothing, null or a value of another shape. */
export function valuesAt(json: unknown, { steps }: JsonPath): readonly unknown[] {
  let found: readonly unknown[] = [json]
  for (const step of steps) found = found.flatMap((it) => [...into(it, step)])
  return found.flat().filter((it) => it !== undefined && it !== null)
}

function into(value: unknown, step: Step): readonly unknown[] {
  if (Array.isArray(value)) return step === every ? value : typeof step === 'number' ? [value[step]] : []
  // No name of JavaScript's own is a member of an answer.
  if (typeof step !== 'string' || typeof value !== 'object' || value === null) return []
  return Object.hasOwn(value, step) ? [Object.entries(value).find(([key]) => key === step)?.[1]] : []
}
