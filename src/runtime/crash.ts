import type { Log } from '../std/log.ts'

/** The part of `process` that this needs. */
export interface CrashSource {
  on(event: 'unhandledRejection' | 'uncaughtException', listener: (error: unknown) => void): unknown
}

/** An error that nobody handled is logged once and ends the process with 1: its state can no longer be trusted. */
export function exitOnCrash(source: CrashSource, log: Log, exit: (code: number) => void): void {
  let hasCrashed = false
  const crash = (origin: string) => (error: unknown) => {
    if (hasCrashed) return
    hasCrashed = true
    log.fatal({ err: error, origin }, 'Nobody handled this error: the process ends')
    exit(1)
  }
  for (const origin of ['unhandledRejection', 'uncaughtException'] as const) source.on(origin, crash(origin))
}
