import { mkdtempSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram, type Program, type Progress } from '../cluster/binaries.ts'
import { type Running, start, tail } from '../cluster/process.ts'
import { eventually } from '../manager/eventually.ts'

/** Another project's program that runs beside a test, on loopback only, with a folder of its own. */
export interface Partner extends AsyncDisposable {
  readonly running: Running
  readonly directory: string
  /** The end of what it said, for the message of a failed test. */
  words(lines?: number): Promise<string>
}

export interface Launch {
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** Where its files are; made when there is none. It goes with the partner. */
  readonly directory?: string
  /** Whether it can be used; by default once it has said a line "started". */
  readonly isReady?: (log: string) => Promise<boolean> | boolean
}

/** A new folder for a partner's files. */
export function partnerFolder(program: string): string {
  return mkdtempSync(join(tmpdir(), `keyferry-${program}-`))
}

/** Starts a partner and waits until it is ready; throws with its last words when it is not within a minute. */
export async function startPartner(program: Program, launch: Launch): Promise<Partner> {
  const directory = launch.directory ?? partnerFolder(program)
  const logFile = join(directory, `${program}.log`)
  const env = { ...process.env, HOME: directory, ...launch.env }
  const running = start(await findProgram(program, tell), launch.args, { logFile, env })
  const partner = describe(running, directory)
  try {
    await untilReady(program, running, launch.isReady ?? hasStarted)
    return partner
  } catch (cause) {
    const words = await partner.words()
    await partner[Symbol.asyncDispose]()
    throw new Error(`Cannot start ${program}:\n${words}`, { cause })
  }
}

function describe(running: Running, directory: string): Partner {
  return {
    running,
    directory,
    words: (lines = 30) => tail(running.logFile, lines),
    async [Symbol.asyncDispose]() {
      await running.end('SIGKILL')
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Gives up at once when the process is gone. */
async function untilReady(
  program: Program,
  running: Running,
  isReady: (log: string) => Promise<boolean> | boolean,
): Promise<void> {
  const look = async () => !running.isRunning() || (await isReady(await readFile(running.logFile, 'utf8')))
  await eventually(`${program} is ready`, look, 60_000)
  if (!running.isRunning()) throw new Error(`${program} ended`)
}

function hasStarted(log: string): boolean {
  return log.split('\n').includes('started')
}

/** Builds take minutes on a cold cache; a person should see that something happens. */
const tell: Progress = (line) => process.stderr.write(`${line}\n`)
