import { failure } from '../api/reason.ts'
import type { Clock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import type { LeaseRef } from '../store/provider.ts'
import type { Answer } from './http.ts'
import { commonFailure, meaningOf } from './judge.ts'
import type { Session } from './session.ts'
import { lookUp } from './tmp-creds.ts'

/** The body of an extension; for the test that holds it against the SDK. */
export function extendBody({ item, id }: LeaseRef, host: string, minutes: number): object {
  return { name: item, 'tmp-creds-id': id, host, 'new-ttl-min': minutes, json: false }
}

/**
 * Lets a credential live for `ttlSeconds` from now on, rounded up to minutes; gives for how long it does at least,
 * which is less where the account caps it. Nobody documents whether the new TTL counts from now or from the making,
 * so it is asked for from the making: in both cases the credential outlives what was asked for. Throws AccessDenied,
 * NotFound when it is gone, InvalidSpec when the Gateway will not have this TTL.
 */
export async function extendLease(
  lease: LeaseRef,
  ttlSeconds: number,
  session: Session,
  clock: Clock,
): Promise<{ readonly ttlSeconds: number }> {
  const { host, createdAtMs } = await living(lease, session)
  const ageSeconds = Math.max(0, (clock.now() - createdAtMs) / 1000)
  const minutes = Math.ceil((ageSeconds + ttlSeconds) / 60)
  const what = whatOf(lease)
  const answer = await session.call('dynamic-secret-tmp-creds-update', extendBody(lease, host, minutes), what)
  throwUnlessOk(answer, lease, session)
  const granted = Math.min(minutes, (await cap(lease, session)) ?? minutes)
  return { ttlSeconds: Math.max(0, Math.floor(granted * 60 - ageSeconds)) }
}

async function living(
  lease: LeaseRef,
  session: Session,
): Promise<{ readonly host: string; readonly createdAtMs: number }> {
  const lookup = await lookUp(lease, session)
  const at = `Cannot ${whatOf(lease)} at gateway "${session.host}"`
  if (!lookup.isListed) throwUnlessOk(lookup.answer, lease, session)
  else if (lookup.creds === undefined) throw failure('NotFound', `${at}: it has ended already`)
  else if (lookup.creds.createdAtMs !== undefined)
    return { host: lookup.creds.host, createdAtMs: lookup.creds.createdAtMs }
  throw failure('UnexpectedResponse', `${at}: it is not told when the credential was made`)
}

/** The TTL that was set, if it can be told: an account may cap what was asked for and say nothing. */
async function cap(lease: LeaseRef, session: Session): Promise<number | undefined> {
  try {
    const lookup = await lookUp(lease, session)
    const customTtl = lookup.isListed ? (lookup.creds?.customTtl ?? 0) : 0
    return customTtl > 0 ? customTtl : undefined
  } catch (error) {
    if (error instanceof Failure) return undefined
    throw error
  }
}

function throwUnlessOk(answer: Answer, lease: LeaseRef, session: Session): void {
  const what = whatOf(lease)
  const common = commonFailure(answer, what, session.host)
  if (common !== undefined) throw common
  const at = `Cannot ${what} at gateway "${session.host}": status is ${answer.status}`
  const meaning = meaningOf(answer)
  if (meaning === 'denied') {
    const grant = `give the role of access id "${session.accessId}" read and update on this path`
    throw failure('AccessDenied', `${at}; ${grant}, and it is extended and not made anew`)
  }
  if (meaning === 'missing')
    throw failure('NotFound', `${at}; there is no such dynamic secret, or no such credential of it`)
  if (meaning === 'refused')
    throw failure('InvalidSpec', `${at}; it does not extend credentials, or not for so long`)
}

function whatOf({ item }: LeaseRef): string {
  return `extend a credential of "${item}"`
}
