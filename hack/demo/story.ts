import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let steps = 0

/** Begins a chapter of what the demo prints. */
export function step(title: string): void {
  steps += 1
  console.log(`\n${steps}. ${title}`)
}

/** One thing that happened. */
export function say(line: string): void {
  console.log(`   ${line}`)
}

/** Says what `wordsOf` makes of a thing, unless it said just that the last time: refreshes repeat for as long as it runs. */
export function sayingNews<T>(wordsOf: (it: T) => string): (it: T) => void {
  let last = ''
  return (it) => {
    const words = wordsOf(it)
    if (words !== last) say(words)
    last = words
  }
}

/**
 * Has all that comes after it clear away when it ends, in whatever way: every temporary file goes into one folder, and
 * Ctrl-C or SIGTERM end the process at once, with the exit code that stands by then or 130. Children go by themselves.
 */
export function leaveNothing(): void {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-demo-'))
  process.env['TMPDIR'] = folder
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.log(`\nEnded by ${signal}: the cluster and its files go with it.`)
      process.exit(process.exitCode ?? 130)
    })
  }
}

/** Never resolves, and keeps the process alive: a signal ends it. */
export function untilInterrupted(): Promise<never> {
  setInterval(() => undefined, 60_000)
  return new Promise(() => undefined)
}
