import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { createLog } from './log.ts'
import { Redacted } from './redacted.ts'

const canary = 'canary-7f3a'

test('Redacted gives its value only to reveal()', () => {
  const secret = new Redacted(canary)

  expect(secret.reveal()).toBe(canary)
})

test.each([
  ['a template', (it: Redacted) => `token ${it.toString()}`],
  ['JSON', (it: Redacted) => JSON.stringify({ it })],
  ['inspect', (it: Redacted) => inspect({ it }, { showHidden: true, depth: 9 })],
  ['string concatenation', (it: Redacted) => String(it)],
])('Redacted shows nothing in %s', (_, print) => {
  const text = print(new Redacted(canary))

  expect(text).toContain('[redacted]')
  expect(text).not.toContain(canary)
})

test('the log prints a Redacted as redacted and an error without its other fields', () => {
  const lines: string[] = []
  const log = createLog('debug', { write: (line) => lines.push(line) })
  const error = Object.assign(new Error('Cannot log in'), { body: canary, code: 'ECONNRESET' })

  log.error({ err: error, token: new Redacted(canary) }, 'Login failed')

  expect(lines.join('')).not.toContain(canary)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'error',
    msg: 'Login failed',
    token: '[redacted]',
    err: { message: 'Cannot log in', code: 'ECONNRESET' },
  })
})
