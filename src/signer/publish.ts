import { chainOf } from './chain.ts'
import type { Chain } from './chain-levels.ts'
import { isSelfSigned } from './issued-by.ts'
import { judgeNames } from './judge-names.ts'
import { judgeRights } from './judge-rights.ts'
import { judgeIssuers, judgeValidity } from './judge-validity.ts'
import type { Leniency, SigningRequest } from './signer.ts'
import type { Csr } from './x509/csr.ts'
import { loadX509 } from './x509/load.ts'

/** What goes into the request's status. */
export interface Published {
  /** The new certificate first, then its issuers in order, without the root. */
  readonly certificatePem: string
  /** The root, or the highest issuer that is known; absent when only the new certificate is. */
  readonly caPem?: string
}

export interface PublishOptions {
  readonly nowMs: number
  /** The request's CSR, read by `parseCsr`. */
  readonly csr: Csr
  readonly leniency?: Leniency | undefined
}

/**
 * The one judge of what a CA answered: the new certificate is for the CSR's key and within what was asked (names, CA
 * flag, usages, validity), and its chain is whole. Any order, duplicates and the root are put right. Throws SignFailure
 * `Refused`: asking again would only have the CA sign again.
 */
export async function publish(
  request: SigningRequest,
  certificates: readonly Uint8Array[],
  options: PublishOptions,
): Promise<Published> {
  const { csr, nowMs, leniency } = options
  const chain = chainOf(certificates, csr.key.object, nowMs)
  const [leaf, ...issuers] = chain
  judgeValidity(leaf, request, { nowMs, leniency })
  judgeIssuers(issuers, nowMs)
  const { readCertificate } = await loadX509()
  const facts = readCertificate(leaf.raw)
  judgeNames(facts, csr)
  judgeRights(facts.grants, request, csr.asks)
  return publishedOf(chain)
}

function publishedOf(chain: Chain): Published {
  const [leaf, ...issuers] = chain
  const highest = issuers.at(-1)
  const below = issuers.filter((it) => it !== highest || !isSelfSigned(it))
  const certificatePem = [leaf, ...below].join('')
  if (highest !== undefined) return { certificatePem, caPem: highest.toString() }
  return isSelfSigned(leaf) ? { certificatePem, caPem: leaf.toString() } : { certificatePem }
}
