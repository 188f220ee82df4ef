import { boundedDepth, boundedLength } from './bounds.ts'
import { elementsOf, isObject, type Json, membersOf } from './text.ts'

/** `@dig:path`: what the path finds in the value and in every value inside it. */
export function dig(json: Json, path: string, get: (json: Json, path: string) => Json): Json {
  const found: Json[] = []
  let length = 0
  const visit = (value: Json, depth: number) => {
    boundedDepth(depth)
    const here = get(value, path)
    if (here !== '') found.push(here)
    length += here.length
    boundedLength(length)
    for (const child of childrenOf(value)) visit(child, depth + 1)
  }
  visit(json, 0)
  return `[${found.join(',')}]`
}

function* childrenOf(json: Json): Generator<Json> {
  if (isObject(json)) for (const { value } of membersOf(json)) yield value
  else yield* elementsOf(json)
}
