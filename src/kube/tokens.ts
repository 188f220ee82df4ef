import { type Clock, systemClock } from '../std/clock.ts'
import { Redacted } from '../std/redacted.ts'
import type { Client } from './client.ts'
import type { Connection, TlsMaterial } from './connection.ts'
import type { ObjectRef } from './object.ts'
import { createRenewable } from './renewable.ts'

export interface ServiceAccountConnectionOptions {
  /** Has the right to `create` on `serviceaccounts/token` of that name. */
  readonly client: Client
  readonly serviceAccount: ObjectRef
  /** Ends a token request that is under way when the manager stops. */
  readonly signal: AbortSignal
  readonly expirationSeconds?: number
  readonly clock?: Clock
}

const defaultExpirationSeconds = 3600
const renewAtShare = 0.8
/** A wrong local clock must not make every request ask for a token. */
const shortestLifeMs = 60_000
const forcedSpacingMs = 1000
const timeoutMs = 10_000

/**
 * The same API server as another ServiceAccount: its tokens come by TokenRequest, are renewed at 80 % of their life,
 * and by one request however many wait for it. While a renewal fails the old token serves until it expires.
 */
export function asServiceAccount(
  connection: Connection,
  options: ServiceAccountConnectionOptions,
): Connection {
  return {
    ...connection,
    headers: {},
    tls: withoutClientCertificate(connection.tls),
    authorization: serviceAccountAuthorization(options),
  }
}

/** A client certificate would be looked at before the token: the API server would take us for its owner. */
function withoutClientCertificate(tls: Connection['tls']): Connection['tls'] {
  let held: { readonly source: TlsMaterial; readonly material: TlsMaterial } | undefined
  return async (refused) => {
    const source = await tls(held !== undefined && refused === held.material ? held.source : undefined)
    if (held?.source !== source) held = { source, material: { ca: source.ca } }
    return held.material
  }
}

function serviceAccountAuthorization(options: ServiceAccountConnectionOptions): Connection['authorization'] {
  const { client, serviceAccount, signal, clock = systemClock } = options
  const { expirationSeconds = defaultExpirationSeconds } = options
  return createRenewable<Redacted>({
    clock,
    forcedSpacingMs,
    equal: (a, b) => a.reveal() === b.reveal(),
    read: async () => {
      const { token, expiresAtMs } = await client.createToken(serviceAccount, {
        expirationSeconds,
        signal,
        timeoutMs,
      })
      const lifeMs = Math.max(expiresAtMs - clock.now(), shortestLifeMs)
      return {
        value: new Redacted(`Bearer ${token.reveal()}`),
        renewAfterMs: lifeMs * renewAtShare,
        usableForMs: lifeMs,
      }
    },
  })
}
