import { bounded, boundedDepth } from './bounds.ts'
import { elementsOf, isArray, isObject, type Json, membersOf } from './text.ts'

/** `@reverse`: the elements or members the other way round. */
export function reverse(json: Json): Json {
  if (isArray(json)) return `[${[...elementsOf(json)].toReversed().join(',')}]`
  if (!isObject(json)) return json
  return `{${[...membersOf(json)]
    .toReversed()
    .map((it) => `${it.rawName}:${it.value}`)
    .join(',')}}`
}

/** `@flatten`: the elements of arrays in place of the arrays; of all inside them with the argument `{"deep":true}`. */
export function flatten(json: Json, argument: string, _get?: unknown, depth = 0): Json {
  if (!isArray(json)) return json
  boundedDepth(depth)
  const isDeep = optionOf(argument, 'deep')
  const parts = [...elementsOf(json)].map((it) => {
    if (!isArray(it)) return it
    return (isDeep ? flatten(it, argument, undefined, depth + 1) : it).slice(1, -1).trim()
  })
  return bounded(`[${parts.filter((it) => it !== '').join(',')}]`)
}

/** `@join`: one object of an array of objects, later members in place of earlier; all of them with `{"preserve":true}`. */
export function join(json: Json, argument: string): Json {
  if (!isArray(json)) return json
  const objects = [...elementsOf(json)].filter(isObject)
  if (optionOf(argument, 'preserve')) return `{${objects.map((it) => it.slice(1, -1)).join(',')}}`
  const members = new Map<string, { rawName: Json; value: Json }>()
  for (const object of objects) {
    for (const { name, rawName, value } of membersOf(object)) {
      members.set(name, { rawName: members.get(name)?.rawName ?? rawName, value })
    }
  }
  return `{${[...members.values()].map((it) => `${it.rawName}:${it.value}`).join(',')}}`
}

/** `@group`: an array of objects of an object of arrays. */
export function group(json: Json): Json {
  if (!isObject(json)) return ''
  const rows: string[][] = []
  for (const { rawName, value } of membersOf(json)) {
    let at = 0
    for (const element of elementsOf(value)) {
      const row = (rows[at++] ??= [])
      row.push(`${rawName}:${element}`)
    }
  }
  return `[${rows.map((it) => `{${it.join(',')}}`).join(',')}]`
}

function optionOf(argument: string, name: string): boolean {
  let isOn = false
  for (const member of membersOf(argument)) {
    if (member.name === name) isOn = /^(true|"(1|t|true)"|-?0*[1-9].*)$/i.test(member.value)
  }
  return isOn
}
