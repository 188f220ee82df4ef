import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { makeAuthority, makeServingCertificate } from '../cluster/certificates.ts'
import { freePort } from '../cluster/free-port.ts'

/** Certificates and a token as replicas of one manager share them, and whoever tells them of events. */
export interface EventSender extends AsyncDisposable {
  /** A file of this name in the directory that the flags name. */
  readonly file: (name: string) => string
  newEndpoint(): Promise<EventEndpoint>
}

export interface EventEndpoint {
  readonly port: number
  /** Flags of `keyferry manager`. */
  readonly args: readonly string[]
  /** Tells of items as an event forwarder does; gives the status of the answer, or the code of an error. */
  tell(items: readonly string[], sent?: { readonly token?: string }): Promise<number | string>
}

const eventToken = 'canary-token-of-the-forwarder'

/** Makes the certificate, the token and the flags of an endpoint, and who tells it of items. */
export async function newEventSender(): Promise<EventSender> {
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-events-'))
  const file = (name: string) => join(directory, name)
  await makeAuthority(directory)
  await makeServingCertificate(directory, 'events', ['IP:127.0.0.1'])
  await writeFile(file('token'), eventToken)
  const dispatcher = new Agent({ connect: { ca: await readFile(file('ca.crt'), 'utf8') }, connections: 8 })
  return {
    file,
    async newEndpoint() {
      const port = await freePort()
      return {
        port,
        args: [
          `--event-listen-address=127.0.0.1:${port}`,
          `--event-token-file=${file('token')}`,
          `--event-tls-cert-file=${file('events.crt')}`,
          `--event-tls-key-file=${file('events.key')}`,
        ],
        tell: (items, { token = eventToken } = {}) => tell(dispatcher, port, items, token),
      }
    },
    async [Symbol.asyncDispose]() {
      await dispatcher.destroy()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function tell(
  dispatcher: Agent,
  port: number,
  items: readonly string[],
  token: string,
): Promise<number | string> {
  const body = { Akeyless_Events: { 'static-secret-updated': items.map((name) => ({ name })) } }
  try {
    const answer = await request(`https://127.0.0.1:${port}/events/akeyless`, {
      dispatcher,
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    await answer.body.dump()
    return answer.statusCode
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}
