import type { Dispatcher } from 'undici'
import type { Redacted } from '../std/redacted.ts'
import type { Connection, TlsMaterial } from './connection.ts'
import { credentialFailure, isTlsRefusal } from './transport-failure.ts'

/** What one attempt is made with. */
export interface Credentials {
  readonly tls: TlsMaterial
  readonly authorization: Redacted | undefined
}

export type Answer = Dispatcher.ResponseData

/** What one attempt gave; the error is our own. */
export type Outcome = { readonly answer: Answer } | { readonly error: unknown }

/**
 * Makes an attempt, and one more when its credentials were refused (401, or TLS would not have a certificate) and
 * reading them anew gave others. A refused request was not carried out, so that any may be sent again.
 */
export async function exchange(
  connection: Connection,
  attempt: (credentials: Credentials) => Promise<Outcome>,
): Promise<Answer> {
  const credentials = await credentialsOf(connection)
  const first = await attempt(credentials)
  if (!isRefused(first)) return unwrap(first)
  const renewed = await credentialsOf(connection, credentials)
  if (isSame(credentials, renewed)) return unwrap(first)
  await discard(first)
  return unwrap(await attempt(renewed))
}

async function credentialsOf(connection: Connection, refused?: Credentials): Promise<Credentials> {
  try {
    const [tls, authorization] = await Promise.all([
      connection.tls(refused?.tls),
      connection.authorization(refused?.authorization),
    ])
    return { tls, authorization }
  } catch (error) {
    throw credentialFailure(error)
  }
}

function isRefused(outcome: Outcome): boolean {
  return 'answer' in outcome ? outcome.answer.statusCode === 401 : isTlsRefusal(outcome.error)
}

function isSame(a: Credentials, b: Credentials): boolean {
  return a.tls === b.tls && a.authorization === b.authorization
}

function unwrap(outcome: Outcome): Answer {
  if ('answer' in outcome) return outcome.answer
  throw outcome.error
}

async function discard(outcome: Outcome): Promise<void> {
  if ('answer' in outcome) await outcome.answer.body.dump()
}
