import { X509Certificate } from 'node:crypto'
import type { Issued, SignOptions, SignResult } from '../signer.ts'

/**
 * The CA certificates of a PKI whose answers lack them (step-ca keeps its roots at an address of their own). Without
 * them a certificate is as good, so that no failure here keeps one back.
 */
export class Authorities {
  readonly #fetch: (options: SignOptions) => Promise<readonly Uint8Array[]>
  #held: readonly X509Certificate[] | undefined

  constructor(fetch: (options: SignOptions) => Promise<readonly Uint8Array[]>) {
    this.#fetch = fetch
  }

  /** Asks anew. */
  async refresh(options: SignOptions): Promise<void> {
    try {
      const all = (await this.#fetch(options)).map((it) => new X509Certificate(it))
      this.#held = [...new Map(all.map((it) => [it.fingerprint256, it])).values()]
    } catch (error) {
      options.signal.throwIfAborted()
      options.log.warn({ err: error }, 'CA certificates of the PKI could not be read')
    }
  }

  /** Adds those that belong to what was issued. */
  async completed(result: SignResult, options: SignOptions): Promise<SignResult> {
    if (result.kind !== 'issued') return result
    if (this.#held === undefined) await this.refresh(options)
    return withIssuers(result, this.#held ?? [])
  }
}

function withIssuers(issued: Issued, held: readonly X509Certificate[]): Issued {
  const heap = issued.certificates.flatMap(read)
  const left = new Set(held.filter((it) => !heap.some((one) => one.raw.equals(it.raw))))
  const added: X509Certificate[] = []
  // What is added may itself have an issuer among the rest.
  for (const one of heap) {
    for (const authority of left) {
      if (!one.checkIssued(authority) || !one.verify(authority.publicKey)) continue
      left.delete(authority)
      heap.push(authority)
      added.push(authority)
    }
  }
  return {
    kind: 'issued',
    certificates: [...issued.certificates, ...added.map((it) => new Uint8Array(it.raw))],
  }
}

/** What cannot be read is judged later, by who publishes. */
function read(der: Uint8Array): readonly X509Certificate[] {
  try {
    return [new X509Certificate(der)]
  } catch {
    return []
  }
}
