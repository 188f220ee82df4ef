import type { GoString } from '../value/value.ts'
import type { Pkcs8Key } from './private-key.ts'

/** What a certificate is to say. */
export interface CertificateRequest {
  readonly commonName: GoString
  readonly dnsNames: readonly GoString[]
  readonly ips: readonly Buffer[]
  readonly isCa: boolean
  readonly days: bigint
  readonly key: Pkcs8Key
}
