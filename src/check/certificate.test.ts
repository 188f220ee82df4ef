import type { DetailedPeerCertificate } from 'node:tls'
import { expect, test } from 'vitest'
import { certificateVerdict } from './certificate.ts'

const nowMs = Date.parse('2026-11-21T12:00:00Z')
const dayMs = 86_400_000

function judge(daysSince: number, daysLeft: number) {
  const at = (days: number) => new Date(nowMs + days * dayMs).toUTCString()
  const root = { issuer: { CN: 'root' }, fingerprint256: 'AA' }
  const certificate = {
    valid_from: at(-daysSince),
    valid_to: at(daysLeft),
    issuer: { CN: 'between' },
    fingerprint256: 'BB',
    issuerCertificate: root,
  } as unknown as DetailedPeerCertificate
  return certificateVerdict({ certificate, protocol: 'TLSv1.3', trusted: 'the usual CAs', nowMs })
}

test.each([
  [30, 60, 'ok', 'expires in 60 days (2027-01-20)'],
  [355, 10, 'warn', 'expires in 10 days (2026-12-01)'],
  // Short ones that a machine renews are well until their last tenth.
  [1, 1, 'ok', 'expires in 24 h (2026-11-22)'],
  [29, 1, 'warn', 'expires in 24 h (2026-11-22)'],
])('a certificate %i days old with %i days left is %s', (since, left, status, until) => {
  expect(judge(since, left)).toMatchObject({
    status,
    message: `TLSv1.3; signed by "root", trusted by the usual CAs; ${until}`,
  })
})
