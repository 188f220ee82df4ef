import { expect, test } from 'vitest'
import type { Finding } from './finding.ts'
import { exitCodeOf, jsonOf, summaryOf, textOf } from './report.ts'

const well: Finding = {
  check: 'login',
  object: 'SecretStore shop/a',
  status: 'ok',
  message: 'fine',
  durationMs: 3,
}
const bad: Finding = { check: 'dns', status: 'failed', message: 'no name', remedy: 'name it', durationMs: 1 }
const warning: Finding = { ...well, status: 'warn' }
const left: Finding = { ...well, status: 'skipped' }

test('a finding is a line, with what to do below', () => {
  expect(textOf(well)).toBe('ok      login            SecretStore shop/a: fine')
  expect(textOf(bad)).toBe('FAILED  dns              no name\n        -> name it')
})

test('what others wrote cannot leave its line or command a terminal', () => {
  const odd = { ...bad, message: 'a\n\u001b[31mok\u202e b', remedy: 'x\r\ny\u2028z' }

  expect(textOf(odd)).toBe('FAILED  dns              a [31mok  b\n        -> x y z')
})

test('the summary counts, and only a failure makes the exit code 1', () => {
  expect(summaryOf([well, well, bad, warning, left])).toBe('2 ok, 1 warnings, 1 failed, 1 skipped')
  expect(exitCodeOf([well, bad])).toBe(1)
  expect(exitCodeOf([well, warning, left])).toBe(0)
})

test('JSON is an array of findings, without what is absent', () => {
  expect(JSON.parse(jsonOf([{ ...bad, object: undefined }]))).toEqual([
    { check: 'dns', status: 'failed', message: 'no name', remedy: 'name it', durationMs: 1 },
  ])
})
