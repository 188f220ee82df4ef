import { type DestinationStream, type Logger, pino } from 'pino'

/** The structured logger that is handed down everywhere: `log.info({ key }, 'Secret written')`, static messages. */
export type Log = Logger

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** So much goes out in one write; text that waits is put together and measured anew with whatever is added to it. */
const maxWrite = 4096

/** JSON lines with RFC 3339 time and level words; errors keep name, reason, message and stack, never other fields. */
export function createLog(level: LogLevel | 'silent', destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: safeError },
  }
  return pino(options, destination ?? standardOutput())
}

let output: TurnLines | undefined

/** One for all logs of the process. */
function standardOutput(): TurnLines {
  // Not by a thread of its own, where a last word would die with the process.
  output ??= new TurnLines(pino.destination({ sync: true, maxWrite }))
  return output
}

/** Passes on what is logged within one turn of the event loop together, for each write has its price. */
class TurnLines implements DestinationStream {
  readonly #destination: ReturnType<typeof pino.destination>
  #lines = ''

  constructor(destination: ReturnType<typeof pino.destination>) {
    this.#destination = destination
    process.once('exit', () => this.flushSync())
  }

  write(line: string): void {
    if (this.#lines === '') setImmediate(() => this.#pass())
    this.#lines += line
  }

  /** Returns when all is written: before the process ends. */
  flushSync(): void {
    this.#pass()
    this.#destination.flushSync()
  }

  #pass(): void {
    if (this.#lines !== '') this.#destination.write(this.#lines)
    this.#lines = ''
  }
}

function safeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const reason = 'reason' in error && typeof error.reason === 'string' ? { reason: error.reason } : {}
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  return { name: error.name, ...reason, ...code, message: error.message, stack: error.stack }
}
