/** What happens to one request. Made by the functions below. */
export type Fault =
  | { readonly kind: 'pass' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'answer'; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly kind: 'reset'; readonly when: 'before' | 'after' }
  | { readonly kind: 'blackHole' }
  | { readonly kind: 'lines'; readonly edit: LineEdit }
  | { readonly kind: 'split'; readonly everyBytes: number }
  | { readonly kind: 'strike'; readonly when: 'before' | 'after'; readonly act: () => Promise<void> }

type Headers = Readonly<Record<string, string>>

/** What is sent in place of one line of an answer (without its newline); `index` counts from 0. */
export type LineEdit = (line: string, index: number) => readonly Piece[]

/** A part of an edited answer, or its end. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'end' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'blackHole' }

/** To the server and back, untouched. */
export const pass: Fault = { kind: 'pass' }

/** The server gets the request `ms` later. */
export const delay = (ms: number): Fault => ({ kind: 'delay', ms })

/** The proxy answers, the server never hears of it. A body of a metav1.Status is made unless one is given. */
export function answer(status: number, headers: Headers = {}, body?: string): Fault {
  const reason = reasons[status] ?? ''
  return { kind: 'answer', status, headers, body: body ?? statusBody(status, reason) }
}

/** The connection is reset before the server hears of the request, or after it has answered: outcome unknown. */
export const reset = (when: 'before' | 'after' = 'before'): Fault => ({ kind: 'reset', when })

/**
 * Something else happens at this very moment, such as the death of the client: before the server hears of the request,
 * or when it has answered. The client gets nothing of the answer: its connection is reset when `act` is done.
 */
export const strike = (when: 'before' | 'after', act: () => Promise<void>): Fault => ({
  kind: 'strike',
  when,
  act,
})

/** Nothing goes in either direction any more, and the socket stays open. */
export const blackHole: Fault = { kind: 'blackHole' }

/** The answer arrives in pieces of so many bytes, each in a packet of its own. */
export const splitEvery = (everyBytes: number): Fault => ({ kind: 'split', everyBytes })

/** The answer is edited line by line as it streams: a watch event is a line. */
export const editLines = (edit: LineEdit): Fault => ({ kind: 'lines', edit })

/** Line `at` is replaced by these pieces; the other lines pass. */
export function atLine(at: number, replace: (line: string) => readonly Piece[]): Fault {
  return editLines((line, index) => (index === at ? replace(line) : [whole(line)]))
}

/** Line `at` never arrives; the next one does. */
export const dropLine = (at: number): Fault => atLine(at, () => [])
/** Line `at` arrives twice. */
export const duplicateLine = (at: number): Fault => atLine(at, (line) => [whole(line), whole(line)])
/** Another text arrives in place of line `at`. */
export const replaceLine = (at: number, text: string): Fault => atLine(at, () => [whole(text)])
/** A line that nobody sent arrives before line `at`. */
export const injectLine = (at: number, text: string): Fault =>
  atLine(at, (line) => [whole(text), whole(line)])
/** Line `at`, and all after it, arrive later. */
export const delayLine = (at: number, ms: number): Fault =>
  atLine(at, (line) => [{ kind: 'wait', ms }, whole(line)])
/** Half of line `at`, then the answer ends as if it were complete. */
export const truncateLine = (at: number): Fault =>
  atLine(at, (line) => [{ kind: 'text', text: line.slice(0, line.length / 2) }, { kind: 'end' }])
/** The connection is reset in place of line `at`. */
export const resetAtLine = (at: number): Fault => atLine(at, () => [{ kind: 'reset' }])
/** Silence from line `at` on; the socket stays open. */
export const blackHoleAtLine = (at: number): Fault => atLine(at, () => [{ kind: 'blackHole' }])

/** A line with its newline. */
export function whole(line: string): Piece {
  return { kind: 'text', text: `${line}\n` }
}

/** A watch event of type ERROR, as a line. */
export function errorEvent(code: number): string {
  return JSON.stringify({ type: 'ERROR', object: JSON.parse(statusBody(code, reasons[code] ?? '')) })
}

const reasons: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

function statusBody(code: number, reason: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Status', status: 'Failure', code, reason })
}
