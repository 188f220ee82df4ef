import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** What a process of its own logs that does this with `log` and then ends. */
function loggedBy(work: string): readonly string[] {
  const script = `import { createLog } from ${JSON.stringify(import.meta.resolve('./log.ts'))}
    const log = createLog('info')
    ${work}`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).msg]))
}

test.each([
  { how: 'by itself', end: '' },
  { how: 'at once', end: 'process.exit(0)' },
  { how: 'by an error that nobody handles', end: "throw new Error('broken')" },
])('all that was logged is written when a process ends $how', ({ end }) => {
  const lines = Array.from({ length: 40 }, (_, index) => `${index} ${'x'.repeat(500)}`)
  const work = `for (const line of ${JSON.stringify(lines)}) log.info(line); ${end}`

  expect(loggedBy(work)).toEqual(lines)
})

test('what is fatal is written before the process is killed', () => {
  const killed = `log.info('before'); log.fatal('last'); process.kill(process.pid, 'SIGKILL')`

  expect(loggedBy(killed)).toEqual(['before', 'last'])
})

test('lines of later turns follow those of earlier ones', () => {
  const work = `log.info('first'); setImmediate(() => { log.info('second'); setTimeout(() => log.info('third')) })`

  expect(loggedBy(work)).toEqual(['first', 'second', 'third'])
})
