import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { createLog } from '../std/log.ts'
import { exitOnCrash } from './crash.ts'

test('the first error that nobody handled is logged once and ends the process with 1', () => {
  const source = new EventEmitter()
  const lines: string[] = []
  const codes: number[] = []
  exitOnCrash(source, createLog('info', { write: (line: string) => lines.push(line) }), (code) =>
    codes.push(code),
  )

  source.emit('unhandledRejection', new Error('first'))
  source.emit('uncaughtException', new Error('second'))

  expect(codes).toEqual([1])
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('first')
})
