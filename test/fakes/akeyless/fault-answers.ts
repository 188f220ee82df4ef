import type { Fault } from './faults.ts'
import { type Answer, json } from './message.ts'
import type { AkeylessState } from './state.ts'

const html = { 'content-type': 'text/html; charset=utf-8' }
const loginPage =
  '<!doctype html><html><head><title>Sign in</title></head><body>Please sign in</body></html>\n'

/** The answer of a fault that keeps the command from running; undefined when the command runs all the same. */
export function answerInstead(state: AkeylessState, fault: Fault): Answer | undefined {
  if (fault.kind === 'status') return statusAnswer(fault.status, fault.text, fault.retryAfter)
  if (fault.kind === 'throttle') return throttled(state, fault.afterSeconds ?? 1)
  if (fault.kind === 'html') return { status: 200, headers: html, body: loginPage }
  if (fault.kind === 'empty')
    return { status: 200, headers: { 'content-type': 'application/json' }, body: '' }
  if (fault.kind === 'redirect')
    return { status: fault.status, headers: { location: fault.location }, body: '' }
  if (fault.kind === 'raw') {
    const { status = 200, headers } = fault
    return {
      status,
      headers: { 'content-type': 'application/json', ...headers },
      body: '',
      delivery: fault,
    }
  }
  if (fault.kind === 'huge' || fault.kind === 'gzipBomb') return { ...json(200, {}), delivery: fault }
  if (fault.kind === 'reset' || fault.kind === 'hang') return { ...json(200, {}), status: 0, delivery: fault }
  return undefined
}

function statusAnswer(status: number, text = 'the stand-in was told to fail', retryAfter?: string): Answer {
  const answer = json(status, { error: text })
  return retryAfter === undefined
    ? answer
    : { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } }
}

function throttled(state: AkeylessState, afterSeconds: number): Answer {
  const { retryAfter } = state.guesses
  if (retryAfter === 'absent') return statusAnswer(429, 'Too Many Requests')
  const date = new Date(Date.now() + afterSeconds * 1000).toUTCString()
  return statusAnswer(429, 'Too Many Requests', retryAfter === 'date' ? date : String(afterSeconds))
}

/** The command's own answer, as the fault lets it through. */
export function shaped(answer: Answer, fault: Fault): Answer {
  if (fault.kind === 'malformed') return { ...answer, status: 200, body: answer.body.slice(0, -1) }
  if (fault.kind === 'contentType')
    return { ...answer, headers: { ...answer.headers, 'content-type': fault.value } }
  return fault.kind === 'revokeToken' || fault.kind === 'refuseJwt' ? answer : { ...answer, delivery: fault }
}
