import type { FailureReason } from '../api/reason.ts'
import { Failure } from '../std/failure.ts'
import type { CallEnd, Cause } from './circuit.ts'
import type { Answer } from './http.ts'
import { commonFailure, meaningOf } from './judge.ts'

const reasonsOfTheWay: readonly FailureReason[] = ['GatewayUnreachable', 'DNSFailure', 'TLSFailure']

/** What an answer tells of the Gateway: 401 and 404 are as good as 200. */
export function endOfAnswer(answer: Answer, host: string, tookMs: number): CallEnd {
  const meaning = meaningOf(answer)
  if (meaning === 'throttled') return { kind: 'throttled', retryAfterMs: answer.retryAfterMs }
  if (meaning !== 'unavailable') return { kind: 'answered' }
  return endOfError(commonFailure(answer, 'ask', host), host, tookMs)
}

/** What a failure without a usable answer tells: only that there was none counts against the Gateway. */
export function endOfError(error: unknown, host: string, tookMs: number): CallEnd {
  const cause = error instanceof Failure ? causeOf(error, host) : undefined
  return cause === undefined ? { kind: 'answered' } : { kind: 'failed', cause, tookMs }
}

/** The words before the host are about the item of somebody who may not be the one to be told. */
function causeOf({ reason, message }: Failure, host: string): Cause | undefined {
  const known = reasonsOfTheWay.find((it) => it === reason)
  const server = `gateway "${host}"`
  const at = message.lastIndexOf(server)
  if (known === undefined || at < 0) return undefined
  const rest = message.slice(at + server.length)
  // A proxy that fails is told of after the Gateway behind it.
  return { reason: known, detail: rest.startsWith(': ') ? rest.slice(2) : `it cannot be reached${rest}` }
}
