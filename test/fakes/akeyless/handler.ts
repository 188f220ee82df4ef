import { type Body, parseBody } from './body.ts'
import type { Call } from './calls.ts'
import { type Command, commands } from './commands.ts'
import type { Context, Note } from './context.ts'
import { namesIn } from './describe.ts'
import { Refusal } from './errors.ts'
import { answerInstead, shaped } from './fault-answers.ts'
import type { Fault } from './faults.ts'
import { type Answer, json, plain, type Request } from './message.ts'
import type { AkeylessState } from './state.ts'

/** Answers one request as the Gateway (or the public service) would, and records it. */
export async function handle(state: AkeylessState, request: Request): Promise<Answer> {
  if (request.method === 'GET' && request.path === '/health') return health(state)
  const target = targetOf(state.bases, request)
  const body = bodyOf(request.body)
  const names = body === undefined ? [] : namesIn(body)
  const note: Note = { names }
  const fault = target === undefined ? undefined : state.faults.take(target.path, names)
  const answer =
    target === undefined
      ? plain(404, '404 page not found\n')
      : await answerOf(state, request, target, note, fault)
  record(state, request, { target, note, fault, answer })
  return answer
}

function health(state: AkeylessState): Answer {
  return state.healthy ? plain(200, 'Health Check Ok') : plain(503, 'Health Check Failed')
}

/** Which command under which base. */
interface Target {
  readonly base: string
  readonly path: string
}

/** Commands are one segment below a base; anything else is nobody's path. */
function targetOf(bases: readonly string[], { method, path }: Request): Target | undefined {
  if (method !== 'POST') return undefined
  const base = bases.find((it) => path.startsWith(`${it}/`) && !path.slice(it.length + 1).includes('/'))
  return base === undefined ? undefined : { base, path: path.slice(base.length) }
}

function bodyOf(text: string): Body | undefined {
  try {
    return parseBody(text)
  } catch {
    return undefined
  }
}

async function answerOf(
  state: AkeylessState,
  request: Request,
  target: Target,
  note: Note,
  fault: Fault | undefined,
): Promise<Answer> {
  const instead = fault === undefined ? undefined : answerInstead(state, fault)
  if (instead !== undefined) return instead
  const answer = await ran(state, request, target.path.slice(1), note, fault)
  return fault === undefined ? answer : shaped(answer, fault)
}

async function ran(
  state: AkeylessState,
  request: Request,
  name: string,
  note: Note,
  fault: Fault | undefined,
): Promise<Answer> {
  const command = commands.get(name)
  if (command === undefined) return json(404, { error: `unknown command '${name}'` })
  try {
    demandGateway(state, name, command)
    const context: Context = { state, body: parseBody(request.body), note, fault }
    const value = await command.run(context)
    return json(name === 'auth' ? state.guesses.authStatus : (command.status ?? 200), value)
  } catch (error) {
    if (error instanceof Refusal) return json(error.status, { error: error.message })
    throw error
  }
}

function demandGateway(state: AkeylessState, name: string, command: Command): void {
  if (state.mode === 'gateway' || command.gatewayOnly !== true) return
  throw new Refusal(state.guesses.gatewayOnlyStatus, `command is not available on public gateway '${name}'`)
}

interface Outcome {
  readonly target: Target | undefined
  readonly note: Note
  readonly fault: Fault | undefined
  readonly answer: Answer
}

function record(state: AkeylessState, request: Request, { target, note, fault, answer }: Outcome): void {
  const call: Call = {
    names: [],
    ...note,
    time: new Date(state.now()),
    path: target?.path ?? request.path,
    base: target?.base ?? '',
    status: answer.status,
    ...(fault === undefined ? {} : { fault: fault.kind }),
  }
  state.calls.add(call)
}
