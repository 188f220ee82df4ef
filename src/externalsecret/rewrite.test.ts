import { describe, expect, test } from 'vitest'
import { Failure } from '../std/failure.ts'
import { render } from '../template/render.ts'
import { createRewriter } from './rewrite.ts'
import type { RewriteStep } from './rewrite-step.ts'

const rewrite = createRewriter({
  render,
  compat: 'strict',
  nowMs: 0,
  signal: new AbortController().signal,
})

async function rewritten(entries: Record<string, string>, ...steps: RewriteStep[]) {
  return Object.fromEntries(await rewrite(Object.entries(entries), steps, 'spec.dataFrom[0].rewrite'))
}

async function refused(entries: Record<string, string>, ...steps: RewriteStep[]): Promise<Failure> {
  const error: unknown = await rewritten(entries, ...steps).catch((it: unknown) => it)
  if (!(error instanceof Failure)) throw error
  expect(error.message).not.toContain('canary')
  return error
}

const transform = (template: string): RewriteStep => ({ transform: { template } })
const regexp = (source: string, target: string): RewriteStep => ({ regexp: { source, target } })

describe('keys are made anew', () => {
  test.each<[RewriteStep[], Record<string, string>, Record<string, string>]>([
    [[transform('{{ .value | upper | replace "-" "_" }}')], { 'db-user': '1' }, { DB_USER: '1' }],
    [
      [transform('x_{{ .value }}'), transform('{{ .value }}_y')],
      { a: '1', b: '2' },
      { x_a_y: '1', x_b_y: '2' },
    ],
    [[regexp('^/shop/', '')], { '/shop/user': '1' }, { user: '1' }],
    [[regexp('^(\\w+)/(\\w+)$', '$2-$1')], { 'a/b': '1' }, { 'b-a': '1' }],
    [[regexp('(?P<first>\\w+)/\\w+', '${first}_x')], { 'a/b': '1' }, { a_x: '1' }],
    [[regexp('(a)', '${1}x$2')], { ab: '1', c: '2' }, { axb: '1', c: '2' }],
    [[regexp('z', 'y')], { a: '1' }, { a: '1' }],
    [[regexp('[^a-z]', '_'), transform('{{ upper .value }}')], { 'a b': '1' }, { A_B: '1' }],
    [[], { a: '1' }, { a: '1' }],
  ])('by %j', async (steps, entries, expected) => {
    expect(await rewritten(entries, ...steps)).toEqual(expected)
  })

  test('or refused: two that become one', async () => {
    expect(await refused({ a: 'canary', b: 'x' }, transform('same'))).toMatchObject({
      reason: 'InvalidSpec',
      message: 'Cannot apply spec.dataFrom[0].rewrite[0]: two keys both become "same"',
    })
  })

  test('or refused: what a Secret cannot hold, for no character is replaced where keys are rewritten', async () => {
    expect((await refused({ 'a b': '1' }, regexp('x', 'y'))).message).toContain('"a b" is no key')
  })

  test('and left out where no name is left, however many there are', async () => {
    expect(await rewritten({ a: '1', ba: '2', bc: '3' }, regexp('a|b', ''))).toEqual({ c: '3' })
    expect(await rewritten({ a: '1' }, regexp('(a)', '$1x'))).toEqual({})
  })

  test('or refused: a template that fails, with its place', async () => {
    expect(await refused({ a: 'canary' }, transform('{{ .key }}'))).toMatchObject({
      reason: 'TemplateFailed',
      message: expect.stringContaining(
        'Cannot render spec.dataFrom[0].rewrite[0].transform.template, line 1, column 4: ',
      ) as string,
    })
  })

  test('or refused: a pattern that is none', async () => {
    const { reason, message } = await refused({ a: 'canary' }, regexp('(', ''))

    expect(reason).toBe('InvalidSpec')
    expect(message).toMatch(/^Cannot apply spec\.dataFrom\[0\]\.rewrite\[0\]\.regexp: source [^<{]+$/)
  })
})

describe('values are merged', () => {
  const two = { b: '{"x":2,"z":12345678901234567890}', a: '{"x":"1","y":null}' }

  test.each<[RewriteStep['merge'], Record<string, string>, Record<string, string>]>([
    [{ conflictPolicy: 'Ignore' }, two, { x: '2', y: '', z: '12345678901234567890' }],
    [{ conflictPolicy: 'Ignore', priority: ['a'] }, two, { x: '1', y: '', z: '12345678901234567890' }],
    [
      { conflictPolicy: 'Ignore', priority: ['c', 'a'], priorityPolicy: 'IgnoreNotFound' },
      two,
      { x: '1', y: '', z: '12345678901234567890' },
    ],
    [{ strategy: 'Extract' }, { a: '{"x":{"n":[1, 2]}}', b: 'null' }, { x: '{"n":[1, 2]}' }],
    [
      { strategy: 'JSON', into: 'all', conflictPolicy: 'Ignore' },
      two,
      { ...two, all: '{"x":2,"y":null,"z":12345678901234567890}' },
    ],
    [{}, {}, {}],
  ])('by %j', async (merge = {}, entries, expected) => {
    expect(await rewritten(entries, { merge })).toEqual(expected)
  })

  test('and their keys rewritten after that', async () => {
    expect(await rewritten({ a: '{"x y":"1"}' }, { merge: {} }, regexp(' ', '_'))).toEqual({ x_y: '1' })
  })

  test.each<[RewriteStep['merge'], Record<string, string>, string]>([
    [{}, two, 'several items have "x"'],
    [{ priority: ['c'] }, two, 'there is no key "c"'],
    [{ strategy: 'JSON' }, two, 'strategy JSON needs into'],
    [{}, { a: 'canary' }, 'the value of "a" is not a JSON object'],
    [{}, { a: '["canary"]' }, 'the value of "a" is not a JSON object'],
  ])('or refused: %j of %j', async (merge = {}, entries, words) => {
    expect((await refused(entries, { merge })).message).toContain(words)
  })
})
