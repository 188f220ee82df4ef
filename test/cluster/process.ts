import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** A program that runs beside us, its output in a file. */
export interface Running {
  readonly pid: number
  readonly logFile: string
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>
  isRunning(): boolean
  /** Sends a signal and returns at once: SIGSTOP, SIGCONT, SIGTERM. */
  signal(name: NodeJS.Signals): void
  /** Sends a signal and waits until the process is gone; after 10 s it is killed. */
  end(name?: NodeJS.Signals): Promise<void>
}

/** Starts a program with its output appended to `logFile`. `detached` lets it outlive us. */
export function start(
  command: string,
  args: readonly string[],
  options: { logFile: string; env?: NodeJS.ProcessEnv; detached?: boolean },
): Running {
  const log = openSync(options.logFile, 'a')
  const child = spawn(command, args, {
    stdio: ['ignore', log, log],
    env: options.env ?? process.env,
    detached: options.detached ?? false,
  })
  closeSync(log)
  if (options.detached === true) child.unref()
  else endAtExit(child)
  return running(child, options.logFile)
}

function running(child: ChildProcess, logFile: string): Running {
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const isRunning = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null
  return {
    pid: child.pid ?? -1,
    logFile,
    exited,
    isRunning,
    signal: (name) => void child.kill(name),
    async end(name = 'SIGTERM') {
      if (!isRunning()) return
      child.kill(name)
      const last = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await exited
      clearTimeout(last)
    },
  }
}

const children = new Set<ChildProcess>()
process.once('exit', endChildren)

/** Has a child end with this process, also where that leaves by `process.exit` in the midst of its work. */
export function endAtExit(child: ChildProcess): void {
  children.add(child)
  child.once('exit', () => children.delete(child))
}

function endChildren(): void {
  for (const it of children) it.kill('SIGKILL')
}

/** The end of a log, for error messages. */
export async function tail(file: string, lines = 15): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.trimEnd().split('\n').slice(-lines).join('\n')
}
