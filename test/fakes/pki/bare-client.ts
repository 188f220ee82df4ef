import { request } from 'node:https'

export interface BareAnswer {
  readonly status: number
  readonly text: string
  readonly json: Readonly<Record<string, unknown>>
}

export interface BareCall {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON. */
  readonly body?: object | string
  readonly cert?: string
  readonly key?: string
}

/** A call as a document of a PKI writes it down: Node's own client, and nothing of Keyferry's. */
export function bareCall(url: string, ca: string, call: BareCall = {}): Promise<BareAnswer> {
  const { method = call.body === undefined ? 'GET' : 'POST', headers, body, ...identity } = call
  const text = typeof body === 'object' ? JSON.stringify(body) : body
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers, ca, agent: false, ...identity }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => resolve(answerOf(response.statusCode ?? 0, Buffer.concat(chunks).toString())))
    })
    outgoing.on('error', reject)
    outgoing.end(text)
  })
}

function answerOf(status: number, text: string): BareAnswer {
  try {
    return { status, text, json: JSON.parse(text) as Record<string, unknown> }
  } catch {
    return { status, text, json: {} }
  }
}
