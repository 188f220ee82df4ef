import type { Redacted } from '../std/redacted.ts'
import type { Connection, TlsMaterial } from './connection.ts'
import { credentialFailure, isTlsRefusal } from './transport-failure.ts'

/** What one attempt is made with. */
export interface Credentials {
  readonly tls: TlsMaterial
  readonly authorization: Redacted | undefined
}

/** As much of an answer as must be known here. */
export interface Answered {
  readonly status: number
}

/** What one attempt gave; the error is our own. */
export type Outcome<Answer extends Answered> = { readonly answer: Answer } | { readonly error: unknown }

/**
 * Makes an attempt, and one more when its credentials were refused (401, or TLS would not have a certificate) and
 * reading them anew gave others. A refused request was not carried out, so that any may be sent again. `discard` reads
 * the rest of an answer that is of no use.
 */
export async function exchange<Answer extends Answered>(
  connection: Connection,
  attempt: (credentials: Credentials) => Promise<Outcome<Answer>>,
  discard: (answer: Answer) => Promise<unknown>,
): Promise<Answer> {
  const credentials = await credentialsOf(connection)
  const first = await attempt(credentials)
  if (!isRefused(first)) return unwrap(first)
  const renewed = await credentialsOf(connection, credentials)
  if (isSame(credentials, renewed)) return unwrap(first)
  if ('answer' in first) await discard(first.answer)
  return unwrap(await attempt(renewed))
}

async function credentialsOf(connection: Connection, refused?: Credentials): Promise<Credentials> {
  try {
    // In turn: both are at hand but for once in a while, and joining them would cost every request.
    const tls = await connection.tls(refused?.tls)
    return { tls, authorization: await connection.authorization(refused?.authorization) }
  } catch (error) {
    throw credentialFailure(error)
  }
}

function isRefused(outcome: Outcome<Answered>): boolean {
  return 'answer' in outcome ? outcome.answer.status === 401 : isTlsRefusal(outcome.error)
}

function isSame(a: Credentials, b: Credentials): boolean {
  return a.tls === b.tls && a.authorization === b.authorization
}

function unwrap<Answer extends Answered>(outcome: Outcome<Answer>): Answer {
  if ('answer' in outcome) return outcome.answer
  throw outcome.error
}
