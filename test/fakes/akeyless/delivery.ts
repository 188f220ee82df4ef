import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { FaultKind } from './faults.ts'
import type { Answer } from './message.ts'

/** Sends an answer, whole or as its fault says; ends early when the other side or the server closes. */
export async function deliver(response: ServerResponse, answer: Answer): Promise<void> {
  const { delivery } = answer
  if (delivery === undefined) return whole(response, answer)
  if (response.destroyed) return
  const closed = new AbortController()
  response.once('close', () => closed.abort())
  try {
    await as(delivery, response, answer, closed.signal)
  } catch (error) {
    if (!closed.signal.aborted) throw error
  }
}

function whole(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

async function as(
  how: FaultKind,
  response: ServerResponse,
  answer: Answer,
  closed: AbortSignal,
): Promise<void> {
  if (how.kind === 'raw') return raw(response, answer, how.body)
  if (how.kind === 'reset' || how.kind === 'lost') return void response.socket?.resetAndDestroy()
  if (how.kind === 'hang') return finished(response, { signal: closed })
  if (how.kind === 'truncated') return truncated(response, answer, how.chunked === true)
  if (how.kind === 'huge') return huge(response, answer, how.bytes ?? 100_000_000, closed)
  if (how.kind === 'gzipBomb') return gzipped(response, answer, how.bytes ?? 100_000_000)
  if (how.kind === 'drip') return drip(response, answer, how.bytesPerSecond ?? 1, closed)
  if (how.kind === 'latency') await sleep(how.ms, undefined, { signal: closed })
  whole(response, answer)
}

function raw(response: ServerResponse, { status, headers }: Answer, body: string | Uint8Array): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

/** Half of the body, then the end of the connection. */
async function truncated(
  response: ServerResponse,
  { status, headers, body }: Answer,
  chunked: boolean,
): Promise<void> {
  const length = chunked ? {} : { 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, { ...headers, ...length })
  await new Promise((resolve) => response.write(body.slice(0, body.length / 2), resolve))
  response.socket?.destroy()
}

/** One JSON string of this many bytes, at the pace at which it is read. */
async function huge(
  response: ServerResponse,
  { status, headers }: Answer,
  bytes: number,
  closed: AbortSignal,
): Promise<void> {
  response.writeHead(status, headers)
  const chunk = Buffer.alloc(65_536, 'a')
  response.write('{"token":"')
  for (let sent = 0; sent < bytes; sent += chunk.length) {
    if (!response.write(chunk)) await once(response, 'drain', { signal: closed })
  }
  response.end('"}')
}

/** Made once for each size: packing is slow. */
const bombs = new Map<number, Buffer>()

function gzipped(response: ServerResponse, { status, headers }: Answer, bytes: number): void {
  const body = bombs.get(bytes) ?? bombOf(bytes)
  bombs.set(bytes, body)
  response.writeHead(status, { ...headers, 'content-encoding': 'gzip', 'content-length': body.length })
  response.end(body)
}

function bombOf(bytes: number): Buffer {
  return gzipSync(Buffer.concat([Buffer.from('{"token":"'), Buffer.alloc(bytes, 'a'), Buffer.from('"}')]))
}

async function drip(
  response: ServerResponse,
  answer: Answer,
  bytesPerSecond: number,
  closed: AbortSignal,
): Promise<void> {
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length })
  for (let at = 0; at < body.length; at++) {
    response.write(body.subarray(at, at + 1))
    await sleep(1000 / bytesPerSecond, undefined, { signal: closed })
  }
  response.end()
}
