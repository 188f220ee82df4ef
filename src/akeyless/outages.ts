import type { Failure } from '../std/failure.ts'

const outages = new Set([
  'Throttled',
  'GatewayUnreachable',
  'DNSFailure',
  'TLSFailure',
  'AuthFailed',
  'JWTRejected',
])

/** Whether a failure is not the matter of one item or folder: whatever else is asked for would fail as well. */
export function isOutage({ reason }: Failure): boolean {
  return outages.has(reason)
}
