import type { Clock } from '../std/clock.ts'
import type { Log } from '../std/log.ts'
import type { LeaseRef, Leases, ReadOptions } from '../store/provider.ts'
import { type AuditRecord, audit, resultOf } from './audit.ts'
import type { InSession } from './in-session.ts'
import { extendLease } from './lease-extend.ts'
import { mintLease } from './lease-mint.ts'
import { revokeLease } from './lease-revoke.ts'
import { tellingNotSent } from './not-sent.ts'
import type { Session } from './session.ts'

interface LeasesOptions {
  /** Runs work that is logged in. */
  readonly inSession: InSession
  /** The same for what is to end, though what the store logs in by went before it. */
  readonly inLastSession: InSession
  readonly log: Log
  readonly clock: Clock
}

type Action = Extract<AuditRecord['action'], `lease_${string}`>

/** The leases of dynamic secrets of one store; each mint, extension and revocation has an audit record. */
export function createLeases({ inSession, inLastSession, log, clock }: LeasesOptions): Leases {
  const recorded = <T>(
    action: Action,
    ref: Pick<LeaseRef, 'item'> & Partial<LeaseRef>,
    options: ReadOptions,
    run: (session: Session) => Promise<T>,
    endOf: (done: T) => Partial<AuditRecord> = () => ({}),
    within: InSession = inSession,
  ) =>
    within(options, async (session, { onBehalfOf, signal }) => {
      const { host: gateway, accessId } = session
      const known = { action, onBehalfOf, gateway, accessId, item: ref.item }
      const lease = ref.id === undefined ? {} : { lease: ref.id }
      try {
        const done = await run(session)
        audit(log, { ...known, ...lease, result: 'ok', ...endOf(done) })
        return done
      } catch (error) {
        audit(log, { ...known, ...lease, result: resultOf(error, signal) })
        throw error
      }
    })
  return {
    mint: (item, options) =>
      recorded(
        'lease_minted',
        { item },
        options,
        (session) => mintLease(item, session),
        ({ id }) => ({ lease: id }),
        tellingNotSent(inSession),
      ),
    extend: (lease, { ttlSeconds, ...options }) =>
      recorded('lease_extended', lease, options, (session) => extendLease(lease, ttlSeconds, session, clock)),
    revoke: (lease, options) =>
      recorded(
        'lease_revoked',
        lease,
        options,
        (session) => revokeLease(lease, session),
        (result) => (result === 'gone' ? { result } : {}),
        inLastSession,
      ),
  }
}
