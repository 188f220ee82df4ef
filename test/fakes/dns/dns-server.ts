import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'

/** What DNS answers for one name: IPv4 addresses, or how it fails; `silence` is no answer, ever. */
export type DnsAnswer = readonly string[] | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'silence'

export interface DnsServer extends AsyncDisposable {
  /** `127.0.0.1:PORT`, as resolvers take it. */
  readonly address: string
  /** Names asked for, in order, by type: `A gateway.example.com`. */
  readonly asked: readonly string[]
  /** Sets what a name answers from now on; names that are not set do not exist. */
  set(name: string, answer: DnsAnswer): void
}

const codes = { SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const
const types: Readonly<Record<number, string>> = { 1: 'A', 28: 'AAAA' }

/** A DNS server for A records on a free loopback port (RFC 1035); other records of a known name are none. */
export async function startDnsServer(): Promise<DnsServer> {
  const socket = createSocket('udp4')
  const answers = new Map<string, DnsAnswer>()
  const asked: string[] = []
  socket.on('message', (query: Buffer, from: RemoteInfo) => {
    const { name, type, end } = questionOf(query)
    asked.push(`${types[type] ?? type} ${name}`)
    const answer = answers.get(name) ?? 'NXDOMAIN'
    if (answer === 'silence') return
    socket.send(replyTo(query.subarray(0, end), type, answer), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    set: (name, answer) => void answers.set(name.toLowerCase(), answer),
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

const headerBytes = 12

/** The first question; `end` is the byte behind it. */
function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = []
  let at = headerBytes
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

function replyTo(question: Buffer, type: number, answer: Exclude<DnsAnswer, 'silence'>): Buffer {
  const records = typeof answer === 'string' || type !== 1 ? [] : answer.map(recordOf)
  const reply = Buffer.from(question)
  // A response, recursion desired and available.
  reply.writeUInt16BE(0x8180 | (typeof answer === 'string' ? codes[answer] : 0), 2)
  for (const [offset, count] of [1, records.length, 0, 0].entries())
    reply.writeUInt16BE(count, 4 + 2 * offset)
  return Buffer.concat([reply, ...records])
}

/** An A record of the name in the question, with no time to live. */
function recordOf(address: string): Buffer {
  const head = Buffer.of(0xc0, headerBytes, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
  return Buffer.concat([head, Buffer.from(address.split('.').map(Number))])
}
