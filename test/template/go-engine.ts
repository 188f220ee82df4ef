import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'
import { findProgram, type Progress } from '../cluster/binaries.ts'
import { type Case, type Outcome, toBytes } from './case.ts'

const answer = z.object({
  id: z.number(),
  error: z.string().optional(),
  limit: z.string().optional(),
  output: z.string().optional(),
  secret: z
    .object({
      data: z.record(z.string(), z.string()).nullable(),
      labels: z.record(z.string(), z.string()).nullable(),
      annotations: z.record(z.string(), z.string()).nullable(),
    })
    .optional(),
  functions: z.array(z.string()).optional(),
  nanos: z.number().optional(),
  bytes: z.number().optional(),
})

export type Answer = z.infer<typeof answer>

export type Templates = Readonly<Record<string, string | Uint8Array>>

interface Outstanding {
  readonly id: number
  readonly line: string
  resolve(given: Answer): void
  reject(cause: Error): void
}

/** Starts ESO's own template engine, building it first where it is not there yet. */
export async function startGoEngine(progress?: Progress): Promise<GoEngine> {
  return new GoEngine(await findProgram('template-engine', progress))
}

/**
 * ESO's own template engine in a process that answers in order. Requests may be sent without waiting. A request that
 * brings the process down is answered as a limit, and the others are asked again of a new process.
 */
export class GoEngine implements AsyncDisposable {
  readonly #program: string
  readonly #outstanding = new Map<number, Outstanding>()
  #child: ChildProcessByStdio<Writable, Readable, null>
  #nextId = 1
  #isStopped = false

  constructor(program: string) {
    this.#program = program
    this.#child = this.#start()
  }

  /** Renders a case; `limitMs` is the time it may take, two seconds where it is left out. */
  async render(it: Case, limitMs?: number): Promise<Outcome> {
    const template = toBytes(it.template).toString('base64')
    const [left, right] = it.delimiters ?? []
    return outcomeOf(await this.ask({ template, data: base64Of(it.data), left, right, limitMs }))
  }

  /** ESO's Execute on an empty Secret, as its controller calls it for one templateFrom or for template.data. */
  async execute(templates: Templates, data: Templates, scope: string, target: string): Promise<Answer> {
    return this.ask({ kind: 'execute', templates: base64Of(templates), data: base64Of(data), scope, target })
  }

  /** The names of all functions that ESO's templates may call, those of text/template itself left out. */
  async functions(): Promise<readonly string[]> {
    return (await this.ask({ kind: 'functions' })).functions ?? []
  }

  /** Milliseconds that rendering all cases takes, that many times over; parsing with it unless `parseOnce`. */
  async bench(cases: readonly Case[], rounds: number, parseOnce = false): Promise<number> {
    const asked = cases.map((it) => ({
      template: toBytes(it.template).toString('base64'),
      data: base64Of(it.data),
    }))
    const given = await this.ask({ kind: 'bench', cases: asked, rounds, parseOnce, limitMs: 120_000 })
    if (given.nanos === undefined)
      throw new Error(`the Go engine cannot bench: ${given.error ?? given.limit}`)
    return given.nanos / 1e6
  }

  /** Sends a request; its fields are those of hack/go/template/request.go. */
  ask(request: object): Promise<Answer> {
    const id = this.#nextId++
    const line = `${JSON.stringify({ id, ...request })}\n`
    return new Promise((resolve, reject) => {
      this.#outstanding.set(id, { id, line, resolve, reject })
      this.#child.stdin.write(line)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    this.#child.stdin.end()
    this.#child.kill('SIGKILL')
    for (const it of this.#outstanding.values()) it.reject(new Error('the Go engine was stopped'))
    this.#outstanding.clear()
  }

  #start(): ChildProcessByStdio<Writable, Readable, null> {
    const child = spawn(this.#program, [], { stdio: ['pipe', 'pipe', 'ignore'], env: { TZ: 'UTC' } })
    // What cannot be written to a process that died is sent to the next one.
    child.stdin.on('error', () => {})
    child.on('error', (cause) => this.#fail(cause))
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => this.#take(answer.parse(JSON.parse(line))))
    lines.on('close', () => this.#replace())
    return child
  }

  #take(given: Answer): void {
    const asked = this.#outstanding.get(given.id)
    this.#outstanding.delete(given.id)
    asked?.resolve(given)
    this.#limited = given.limit === 'time' || given.limit === 'memory'
  }

  /** The last answer was that the process ends, so no request is to blame for its end. */
  #limited = false

  #replace(): void {
    if (this.#isStopped) return
    const [culprit] = this.#outstanding.values()
    if (!this.#limited && culprit !== undefined) this.#take({ id: culprit.id, limit: 'the process died' })
    this.#limited = false
    this.#child = this.#start()
    for (const it of this.#outstanding.values()) this.#child.stdin.write(it.line)
  }

  #fail(cause: Error): void {
    for (const it of this.#outstanding.values()) it.reject(cause)
    this.#outstanding.clear()
  }
}

function outcomeOf(given: Answer): Outcome {
  if (given.limit !== undefined) return { kind: 'limit', message: given.limit }
  if (given.error !== undefined) return { kind: 'error', message: given.error }
  return { kind: 'output', bytes: Buffer.from(given.output ?? '', 'base64') }
}

function base64Of(values: Templates): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, toBytes(value).toString('base64')]),
  )
}
