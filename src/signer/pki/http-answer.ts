import { isUtf8 } from 'node:buffer'
import type { Dispatcher } from 'undici'
import type { LargeBodies } from '../../net/large-bodies.ts'
import { retryAfterMs } from '../../net/retry-after.ts'
import type { Clock } from '../../std/clock.ts'

/** What came back, read whole. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Why the body cannot be used: too long, compressed, cut short, an HTML page. */
  readonly problem?: string
  readonly retryAfterMs: number | undefined
}

const maxBodyBytes = 1024 * 1024

/** Reads an answer whole; what is wrong with its body is said, and not thrown. */
export async function readAnswer(
  response: Dispatcher.ResponseData,
  { bodies, clock }: { readonly bodies: LargeBodies; readonly clock: Clock },
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { statusCode: status } = response
  const headers = textHeaders(response.headers)
  const head = { status, headers, retryAfterMs: retryAfterMs(headers['retry-after'], clock.now()) }
  const encoding = headers['content-encoding'] ?? 'identity'
  const body = await bodyOf(response, bodies, signal)
  const problem = typeof body === 'string' ? body : bodyProblem(headers['content-type'], encoding)
  const bytes = typeof body === 'string' ? Buffer.alloc(0) : body
  return problem === undefined ? { ...head, body: bytes } : { ...head, body: bytes, problem }
}

/** The body, or why it cannot be used. */
async function bodyOf(
  { body }: Dispatcher.ResponseData,
  bodies: LargeBodies,
  signal: AbortSignal,
): Promise<Buffer | string> {
  try {
    return (await bodies.read(body, maxBodyBytes, signal)) ?? 'the answer is over 1 MiB'
  } catch (error) {
    body.on('error', () => {}).destroy()
    if (error instanceof Error && error.name === 'TimeoutError') return 'the answer does not end in time'
    return 'the answer is cut short'
  }
}

function bodyProblem(type = '', encoding: string): string | undefined {
  if (encoding !== 'identity') return 'the answer is compressed, which was not asked for'
  return /^\s*(text\/html|application\/xhtml)/i.test(type) ? 'the answer is an HTML page' : undefined
}

function textHeaders(headers: Dispatcher.ResponseData['headers']): Readonly<Record<string, string>> {
  const pairs = Object.entries(headers).flatMap(([key, value]) =>
    value === undefined
      ? []
      : [[key.toLowerCase(), Array.isArray(value) ? (value[0] ?? '') : value] as const],
  )
  return Object.fromEntries(pairs)
}

/** Rules, id and each certificate look into the same answer: it is read once. */
const read = new WeakMap<HttpAnswer, { readonly json: unknown }>()

/** The body as JSON; undefined when it is none. */
export function jsonOf(answer: HttpAnswer): unknown {
  const known = read.get(answer) ?? { json: parsed(answer) }
  read.set(answer, known)
  return known.json
}

function parsed({ body, problem }: HttpAnswer): unknown {
  if (problem !== undefined || body.length === 0 || !isUtf8(body)) return undefined
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return undefined
  }
}
