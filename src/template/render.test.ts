import { describe, expect, test } from 'vitest'
import { TemplateError } from './error.ts'
import { render } from './render.ts'
import type { Input, RenderOptions } from './render-options.ts'

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5)

async function rendered(
  text: string,
  data: Readonly<Record<string, Input>> = {},
  options: Partial<RenderOptions> = {},
): Promise<string> {
  const [bytes] = await render([{ name: 't', text }], {
    data: new Map(Object.entries(data)),
    nowMs,
    ...options,
  })
  return Buffer.from(bytes ?? []).toString('latin1')
}

/** Turns 30,000 times: more than one may on the thread of the probes, less than a template may. */
const long = '{{ range until 30000 }}{{ $x := 1 }}{{ end }}'

describe('a render', () => {
  test('gives the bytes of each template, in their order', async () => {
    const templates = ['{{ .a }}', 'x', '{{ .b }}'].map((text, index) => ({ name: `t${index}`, text }))
    const data = new Map<string, Input>([
      ['a', 'ä'],
      ['b', Uint8Array.of(0xff, 0)],
    ])

    expect(await render(templates, { data, nowMs })).toEqual([
      Buffer.from('ä'),
      Buffer.from('x'),
      Buffer.from([0xff, 0]),
    ])
  })

  test.each<[string, Record<string, Input>, string]>([
    ['{{ printf "%T" . }}', { a: 'x', b: Uint8Array.of(1) }, 'map[string]string'],
    ['{{ printf "%T" . }}', { a: 1 }, 'map[string]interface {}'],
    ['{{ printf "%T %T %T" .i .f .t }}', { i: 1, f: 1.5, t: true }, 'int float64 bool'],
    ['{{ range .l }}<{{ . }}>{{ end }}', { l: ['a', 2] }, '<a><2>'],
    ['{{ .m.k }}', { m: new Map([['k', 'v']]) }, 'v'],
    ['{{ len .s }}', { s: 'ä' }, '2'],
  ])('of %s sees the types of Go', async (text, data, expected) => {
    expect(await rendered(text, data)).toBe(expected)
  })

  test('uses other delimiters where they are given', async () => {
    expect(await rendered('[[ .a ]] {{ .b }}', { a: 'x' }, { delimiters: ['[[', ']]'] })).toBe('x {{ .b }}')
  })

  test('knows no clock but the one that was passed in', async () => {
    expect(await rendered('{{ now | unixEpoch }}')).toBe(String(nowMs / 1000))
  })

  test('of one text under two names tells of errors under each', async () => {
    const place = async (name: string) => {
      const templates = [{ name, text: '{{ .nope }}' }]
      const error: unknown = await render(templates, { data: new Map(), nowMs }).catch((it: unknown) => it)
      return error instanceof TemplateError ? error.place?.template : undefined
    }

    expect(await place('one')).toBe('one')
    expect(await place('two')).toBe('two')
  })

  test('is refused when its signal is aborted', async () => {
    const reason = new Error('stop')

    await expect(rendered('x', {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('a render that takes long', () => {
  test('runs in a worker, and gives the same', async () => {
    expect(await rendered(`${long}{{ .a }}{{ .b }}`, { a: 'ä', b: Uint8Array.of(0xff) })).toBe('\xc3\xa4\xff')
  })

  test('keeps this thread free meanwhile', async () => {
    let longest = 0
    let last = performance.now()
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 5)

    await expect(rendered('{{ range until 1000000 }}{{ upper "x" }}{{ end }}')).rejects.toThrow(
      'more than 2000000 steps',
    )

    clearInterval(timer)
    expect(longest).toBeLessThan(3 * 150)
  })

  test('throws TemplateError with its place there too', async () => {
    const error: unknown = await rendered(`${long}\n  {{ .nope }}`).catch((it: unknown) => it)

    expect(error).toBeInstanceOf(TemplateError)
    expect(error).toMatchObject({ place: { template: 't', line: 2, column: 6 } })
  })

  test('is left when its signal is aborted', async () => {
    const stop = new AbortController()
    const reason = new Error('stop')
    const result = rendered('{{ range until 1000000 }}{{ upper "x" }}{{ end }}', {}, { signal: stop.signal })
    setTimeout(() => stop.abort(reason), 50)

    await expect(result).rejects.toBe(reason)
  })
})

describe('S21: no template reaches what is JavaScript’s own', () => {
  test.each([
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'prototype',
    '__defineGetter__',
  ])('by the name %s', async (name) => {
    await expect(rendered(`{{ .${name} }}`, { a: 'x' })).rejects.toThrow(TemplateError)
    await expect(rendered(`{{ .a.${name} }}`, { a: 'x' })).rejects.toThrow(TemplateError)
    await expect(rendered(`{{ index . "${name}" }}`, { a: 'x' })).resolves.toBe('')
    await expect(rendered(`{{ (dict "a" 1).${name} }}`)).rejects.toThrow(TemplateError)
    if (name === 'toString') return
    await expect(rendered(`{{ ${name} }}`)).rejects.toThrow('not defined')
  })

  test('a value under such a name is a value like any other', async () => {
    const data = new Map<string, Input>([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ])

    const [bytes] = await render([{ name: 't', text: '{{ .__proto__ }}{{ .constructor }}' }], { data, nowMs })

    expect(Buffer.from(bytes ?? []).toString()).toBe('pc')
  })
})

describe('S26: what would never end, or fill the memory, ends soon', { timeout: 30_000 }, () => {
  test.each([
    ['repeat', '{{ repeat 2000000 "abc" }}'],
    ['repeat of repeat', '{{ repeat 100000 (repeat 100000 "abc") }}'],
    ['doubling', '{{ $x := "ab" }}{{ range until 64 }}{{ $x = print $x $x }}{{ end }}'],
    ['a list that doubles', '{{ $x := list 1 2 }}{{ range until 64 }}{{ $x = concat $x $x }}{{ end }}'],
    ['the width of printf', '{{ range until 100 }}{{ $x := printf "%1000000d" 1 }}{{ end }}'],
    ['the precision of printf', '{{ range until 100 }}{{ $x := printf "%.1000000f" 1.5 }}{{ end }}'],
    ['until', '{{ until 100000000000 }}'],
    ['ranges in ranges', '{{ range until 10000 }}{{ range until 10000 }}x{{ end }}{{ end }}'],
    ['recursion', '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}'],
    [
      'two that call each other',
      '{{ define "a" }}{{ template "b" . }}{{ template "b" . }}{{ end }}{{ define "b" }}{{ template "a" . }}{{ template "a" . }}{{ end }}{{ template "a" . }}',
    ],
    ['nested parentheses', `{{ ${'('.repeat(100_000)}1${')'.repeat(100_000)} }}`],
    ['nested ifs', `${'{{ if true }}'.repeat(100_000)}${'{{ end }}'.repeat(100_000)}`],
    ['indent', '{{ indent 100000 (repeat 100000 "\\n") }}'],
    ['a map that holds itself', '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $d }}'],
    ['JSON of a map that holds itself', '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toJson $d }}'],
  ])('%s', async (_, text) => {
    const begin = performance.now()
    const memory = process.memoryUsage().heapUsed

    await expect(rendered(text)).rejects.toThrow(TemplateError)

    expect(performance.now() - begin).toBeLessThan(3 * 5000)
    expect(process.memoryUsage().heapUsed - memory).toBeLessThan(400 * 1024 * 1024)
  })

  test('a regular expression that would take for ever elsewhere is answered in linear time', async () => {
    const begin = performance.now()

    expect(await rendered('{{ regexMatch "(a*)*b" (repeat 5000 "a") }}')).toBe('false')

    expect(performance.now() - begin).toBeLessThan(3 * 2000)
  })
})
