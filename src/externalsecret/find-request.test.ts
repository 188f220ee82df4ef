import { expect, test } from 'vitest'
import { Failure } from '../std/failure.ts'
import { findRequestOf } from './find-request.ts'

const at = 'spec.dataFrom[2].find'

test.each([
  [{ name: { regexp: '^/shop' } }, { name: '^/shop' }],
  [{ name: {} }, { name: '' }],
  [{ name: { regexp: 'k'.repeat(1024) } }, { name: 'k'.repeat(1024) }],
  [
    { name: { regexp: 'x' }, path: '/shop' },
    { name: 'x', path: '/shop' },
  ],
  [
    { tags: { team: 'blue' }, path: '' },
    { tags: { team: 'blue' }, path: '' },
  ],
  [{ name: { regexp: 'x' }, tags: {}, conversionStrategy: 'Unicode' as const }, { name: 'x' }],
])('%j asks for %j', (find, request) => {
  expect(findRequestOf(find, at)).toEqual(request)
})

test.each([
  [{}, `Cannot use ${at}: it needs name or tags`],
  [{ path: '/shop', tags: {} }, `Cannot use ${at}: it needs name or tags`],
  [{ name: { regexp: '(' } }, `Cannot use ${at}.name.regexp: it is not a regular expression`],
  [{ name: { regexp: '(?!x)' } }, `Cannot use ${at}.name.regexp: it is not a regular expression`],
  [{ name: { regexp: '(.?){1000}' } }, `Cannot use ${at}.name.regexp: the pattern is too large`],
  [{ name: { regexp: '(((a{30}){30}){30}){30}' } }, `Cannot use ${at}.name.regexp: the pattern is too large`],
])('%j is refused', (find, words) => {
  const attempt = () => findRequestOf(find, at)

  expect(attempt).toThrow(Failure)
  expect(attempt).toThrow(words)
})
