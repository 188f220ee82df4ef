import { expect, test } from 'vitest'
import { Failure } from '../std/failure.ts'
import { dataOf, type ValueStrategies } from './data-of.ts'

const path = 'spec.dataFrom[0].find'
const bytesOf = (text: string, strategies: ValueStrategies) =>
  dataOf([['a', text]], strategies, path).map(([, value]) => Buffer.from(value.reveal()).toString('latin1'))

function refusalOf(entries: Record<string, string>, strategies: ValueStrategies): Failure {
  try {
    dataOf(Object.entries(entries), strategies, path)
  } catch (error) {
    if (error instanceof Failure) return error
  }
  throw new Error('nothing was refused')
}

test.each<[ValueStrategies['decodingStrategy'], string, string]>([
  [undefined, 'aGk=', 'aGk='],
  ['None', 'aGk=', 'aGk='],
  ['Base64', 'aGk=', 'hi'],
  ['Base64', 'aG\r\nk=\n', 'hi'],
  ['Base64URL', '-_8=', '\xfb\xff'],
  ['Auto', '+/8=', '\xfb\xff'],
  ['Auto', '-_8=', '\xfb\xff'],
  ['Auto', '1234', '\xd7m\xf8'],
  ['Auto', 'pass word', 'pass word'],
  ['Auto', 'aGk', 'aGk'],
])('by %s, %j is %j', (decodingStrategy, text, expected) => {
  expect(bytesOf(text, { decodingStrategy })).toEqual([expected])
})

test.each<[ValueStrategies['decodingStrategy'], string]>([
  ['Base64', 'canary!'],
  ['Base64', '-_8='],
  ['Base64URL', '+/8='],
])('what is not %s is refused by its key: %j', (decodingStrategy, text) => {
  const refusal = refusalOf({ good: 'aGk=', bad: text }, { decodingStrategy })

  expect(refusal.reason).toBe('InvalidSpec')
  expect(refusal.message).toContain(`${path}: the value of "bad" is not ${decodingStrategy}`)
  expect(refusal.message).not.toContain(text)
})

test('NUL bytes pass unless they are refused', () => {
  expect(bytesOf('x\u0000', {})).toEqual(['x\u0000'])
  expect(bytesOf('x\u0000', { nullBytePolicy: 'Ignore' })).toEqual(['x\u0000'])
  expect(bytesOf('x', { nullBytePolicy: 'Fail' })).toEqual(['x'])
})

test('the first key in sorted order that has NUL bytes once decoded is told, and no value', () => {
  const refusal = refusalOf(
    { c: 'Y2FuYXJ5AA==', b: 'Y2FuYXJ5AA==', a: 'aGk=' },
    { nullBytePolicy: 'Fail', decodingStrategy: 'Base64' },
  )

  expect(refusal.reason).toBe('InvalidSpec')
  expect(refusal.message).toContain('the value of "b" holds a NUL byte')
  expect(refusal.message).not.toContain('canary')
})
