import { describe, expect, test } from 'vitest'
import { renderHere } from '../engine.ts'
import { render } from '../render.ts'
import type { Input, RenderOptions } from '../render-options.ts'

const levels = 495
const json = '{"a":'.repeat(levels) + '1'.padEnd(levels + 1, '}')
const yaml = Array.from({ length: levels }, (_, level) => `${' '.repeat(level)}a:`).join('\n')

/** A map in a map in a map. */
function nested(): Input {
  let value: Input = 1
  for (let level = 0; level < levels; level++) value = new Map([['a', value]])
  return value
}

const options: RenderOptions = {
  nowMs: 0,
  data: new Map<string, Input>([
    ['json', json],
    ['yaml', yaml],
    ['one', nested()],
    ['other', nested()],
  ]),
}

/** Calls a function where the language itself is nested almost as deeply as it may be. */
function atTheDeepest(call: string): string {
  const calls = `${'(dict "a" '.repeat(90)}(${call})${').a'.repeat(90)}`
  const branches = `{{if lt .level 17}}${'{{if 1}}'.repeat(4)}{{template "r" (dict "level" (add1 .level) "all" .all)}}${'{{end}}'.repeat(4)}`
  return `{{define "r"}}${branches}{{else}}{{with .all}}{{${calls}}}{{end}}{{end}}{{end}}{{template "r" (dict "level" 0 "all" .)}}`
}

const calls: readonly [call: string, result: string][] = [
  ['fromJson .json | kindOf', 'map'],
  ['fromYaml .yaml | kindOf', 'map'],
  ['fromYaml .json | kindOf', 'map'],
  ['toJson .one | len', String(json.length)],
  ['toPrettyJson .one | empty', 'false'],
  ['toYaml .one | empty', 'false'],
  ['deepCopy .one | kindOf', 'map'],
  ['merge .one .other | kindOf', 'map'],
  ['deepEqual .one .other', 'true'],
  ['printf "%#v" .one | empty', 'false'],
]

describe('the deepest values where the language is nested deepest', () => {
  test.each(calls)('%j has stack enough on this thread', (call, result) => {
    const [text] = renderHere([{ name: 't', text: atTheDeepest(call) }], options)

    expect(String(text)).toBe(result)
  })

  test('all have stack enough in a worker', async () => {
    const templates = calls.map(([call]) => ({ name: 't', text: atTheDeepest(call) }))
    const slow = { name: 'slow', text: '{{ if false }}{{ bcrypt "" }}{{ end }}' }
    const texts = await render([...templates, slow], options)

    expect(texts.map((it) => Buffer.from(it).toString())).toEqual([...calls.map(([, result]) => result), ''])
  })
})
