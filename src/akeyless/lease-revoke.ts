import { failure } from '../api/reason.ts'
import { Failure } from '../std/failure.ts'
import type { LeaseRef } from '../store/provider.ts'
import type { Answer } from './http.ts'
import { commonFailure, type Meaning, meaningOf } from './judge.ts'
import type { Session } from './session.ts'
import { type Lookup, lookUp } from './tmp-creds.ts'

/** The body of a revocation; for the test that holds it against the SDK. */
export function revokeBody({ item, id }: LeaseRef, host: string): object {
  return { name: item, 'tmp-creds-id': id, host, 'revoke-all': false, 'soft-delete': false, json: false }
}

/**
 * Ends one credential, by its id and no other; `gone` when it has ended already. Throws AccessDenied where it may not,
 * GatewayUnreachable also when the Gateway could not reach the database, which it goes on trying.
 */
export async function revokeLease(lease: LeaseRef, session: Session): Promise<'revoked' | 'gone'> {
  const lookup = await lookUpIfPossible(lease, session)
  const host = lookup?.isListed === true ? (lookup.creds?.host ?? '') : ''
  const what = `revoke a credential of "${lease.item}"`
  const answer = await session.call('dynamic-secret-tmp-creds-delete', revokeBody(lease, host), what)
  const common = commonFailure(answer, what, session.host)
  if (common !== undefined) throw common
  const meaning = meaningOf(answer)
  if (meaning === 'ok') return 'revoked'
  if (await isGone(meaning, lookup, lease, session)) return 'gone'
  throw refusal(answer, what, session)
}

/** A list that is too long or may not be seen keeps nobody from revoking. */
async function lookUpIfPossible(lease: LeaseRef, session: Session): Promise<Lookup | undefined> {
  try {
    return await lookUp(lease, session)
  } catch (error) {
    if (error instanceof Failure && error.reason === 'UnexpectedResponse') return undefined
    throw error
  }
}

/** The list knows best; without one a 404 may also come from a service that has no such command. */
async function isGone(
  meaning: Meaning,
  lookup: Lookup | undefined,
  lease: LeaseRef,
  session: Session,
): Promise<boolean> {
  if (lookup?.isListed === true) return lookup.creds === undefined || meaning === 'missing'
  if (meaning !== 'missing') return false
  const what = `look for "${lease.item}"`
  const answer = await session.call('describe-item', { name: lease.item }, what)
  const common = commonFailure(answer, what, session.host)
  if (common !== undefined) throw common
  return meaningOf(answer) === 'missing'
}

function refusal(answer: Answer, what: string, { host, accessId }: Session): Failure {
  const at = `Cannot ${what} at gateway "${host}": status is ${answer.status}`
  return meaningOf(answer) === 'denied'
    ? failure(
        'AccessDenied',
        `${at}; give the role of access id "${accessId}" read and delete on this path, or let it end by its TTL`,
      )
    : failure('InvalidSpec', `${at}; this gateway revokes no credentials, they end by their TTL`)
}
