import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PkiAnswer } from './handle.ts'

/** What goes wrong with an answer. Those in the second half come after the PKI has done its work. */
export type FaultKind =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string; readonly body?: string }
  /** 200 with a login page. */
  | { readonly kind: 'html' }
  | { readonly kind: 'redirect'; readonly location: string }
  /** The connection is reset without an answer, and nothing was done. */
  | { readonly kind: 'reset' }
  /** No answer, ever, and nothing was done. */
  | { readonly kind: 'hang' }
  // After the work.
  /** Cut without an answer. */
  | { readonly kind: 'cut-after-receipt' }
  /** The true answer, this much later. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** A body that ends too early, completely sent. */
  | { readonly kind: 'truncated' }
  /** A body that is announced longer than it comes. */
  | { readonly kind: 'cut-body' }
  /** The true body, and white space after it, of 3 MiB in all. */
  | { readonly kind: 'huge' }
  | { readonly kind: 'compressed' }

/** Where and how often: any path that holds this text; for ever unless said. */
export type Fault = FaultKind & { readonly path?: string; readonly times?: number }

/** The faults that are set on a stand-in. */
export class Faults {
  readonly #entries = new Set<{ readonly fault: Fault; left: number }>()

  add(fault: Fault): void {
    this.#entries.add({ fault, left: fault.times ?? Number.POSITIVE_INFINITY })
  }

  clear(): void {
    this.#entries.clear()
  }

  /** The first fault for a path, counted. */
  take(path: string): Fault | undefined {
    for (const entry of this.#entries) {
      if (!path.includes(entry.fault.path ?? '')) continue
      entry.left -= 1
      if (entry.left <= 0) this.#entries.delete(entry)
      return entry.fault
    }
    return undefined
  }
}

const page = '<!doctype html><title>Sign in</title><p>canary-of-a-page</p>'

/** The answer of a fault that keeps the PKI from working; undefined when it works all the same. */
export function answerInstead(fault: Fault): PkiAnswer | 'reset' | 'hang' | undefined {
  if (fault.kind === 'reset' || fault.kind === 'hang') return fault.kind
  if (fault.kind === 'html') return { status: 200, headers: { 'content-type': 'text/html' }, body: page }
  if (fault.kind === 'redirect')
    return { status: 307, headers: { location: fault.location }, body: 'canary-of-a-redirect' }
  if (fault.kind !== 'status') return undefined
  const headers = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }
  return { status: fault.status, headers, body: fault.body ?? { errors: ['canary-of-a-body'] } }
}

/** Sends the answer of the PKI as the fault lets it through. */
export async function deliver(
  response: ServerResponse,
  answer: PkiAnswer,
  fault: Fault | undefined,
): Promise<void> {
  const { status, headers, bytes } = written(answer)
  if (fault?.kind === 'slow') await sleep(fault.ms)
  if (fault?.kind === 'cut-after-receipt') return void response.destroy()
  if (fault?.kind === 'cut-body') {
    response.writeHead(status, { ...headers, 'content-length': bytes.length + 100 })
    response.write(bytes, () => response.destroy())
    return
  }
  const more = fault?.kind === 'compressed' ? { 'content-encoding': 'gzip' } : {}
  response.writeHead(status, { ...headers, ...more }).end(shaped(bytes, fault))
}

function shaped(bytes: Buffer, fault: Fault | undefined): Buffer {
  if (fault?.kind === 'truncated') return bytes.subarray(0, Math.floor(bytes.length / 2))
  if (fault?.kind === 'huge') return Buffer.concat([bytes, Buffer.alloc(3 * 1024 * 1024, ' ')])
  return bytes
}

function written({ status, headers = {}, body = '' }: PkiAnswer) {
  if (Buffer.isBuffer(body)) return { status, headers, bytes: body }
  if (typeof body === 'string') return { status, headers, bytes: Buffer.from(body) }
  const all = { 'content-type': 'application/json', ...headers }
  return { status, headers: all, bytes: Buffer.from(JSON.stringify(body)) }
}
