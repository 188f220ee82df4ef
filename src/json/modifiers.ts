import { dig } from './dig.ts'
import { isModifier, type ModifierName } from './modifier-names.ts'
import { endOfGroup } from './path.ts'
import { plainText } from './plain-text.ts'
import { pretty, ugly } from './pretty.ts'
import { quoted } from './quoted.ts'
import { flatten, group, join, reverse } from './reshape.ts'
import { elementsOf, endOfString, isArray, isObject, type Json, jsonIn, membersOf } from './text.ts'

type Get = (json: Json, path: string) => Json
type Modifier = (json: Json, argument: string, get: Get) => Json

const modifiers: Readonly<Record<ModifierName, Modifier>> = {
  pretty,
  ugly,
  reverse,
  this: (json) => json,
  flatten,
  join,
  valid: (json) => json,
  keys,
  values,
  tostr: (json) => quoted(json),
  fromstr: (json) => jsonIn(plainText(json)) ?? '',
  group,
  dig,
}

/** Those that show the space around a value. */
const takesAsWritten: ReadonlySet<ModifierName> = new Set(['this', 'tostr', 'valid'])

/** What `@name:argument` at the beginning of a path makes of a value (GJSON path syntax, "Modifiers"). */
export function modified(json: Json, path: string, get: Get): { json: Json; rest: string } | undefined {
  if (!path.startsWith('@')) return undefined
  const [name = ''] = /^[^:|.]*/.exec(path.slice(1)) ?? []
  if (!isModifier(name)) return undefined
  const after = path.slice(1 + name.length)
  const length = after.startsWith(':') ? argumentLength(after.slice(1)) : 0
  const argument = after.startsWith(':') ? after.slice(1, 1 + length) : ''
  const rest = after.startsWith(':') ? after.slice(1 + length) : after
  return { json: modifiers[name](takesAsWritten.has(name) ? json : json.trimStart(), argument, get), rest }
}

/** An argument is a JSON value, or goes on to the next pipe that is not inside brackets or quotes. */
function argumentLength(text: string): number {
  if (/^[[{"]/.test(text)) return endOfArgument(text, 0)
  let at = 0
  while (at < text.length && text[at] !== '|')
    at = '[{("'.includes(text.charAt(at)) ? endOfArgument(text, at) : at + 1
  return at
}

function endOfArgument(text: string, at: number): number {
  return text[at] === '"' ? endOfString(text, at) : endOfGroup(text, at)
}

/** An array has no names: as many nulls stand for them. */
function keys(json: Json): Json {
  if (json === '') return '[]'
  if (isObject(json)) return `[${[...membersOf(json)].map((it) => it.rawName).join(',')}]`
  const count = isArray(json) ? [...elementsOf(json)].length : 1
  return `[${Array<string>(count).fill('null').join(',')}]`
}

function values(json: Json): Json {
  if (isArray(json)) return json
  if (!isObject(json)) return `[${json}]`
  return `[${[...membersOf(json)].map((it) => it.value).join(',')}]`
}
