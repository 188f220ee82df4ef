import type { Authority } from './mockca-authority.ts'
import { signCsr } from './mockca-sign.ts'
import { SignFailure } from './sign-failure.ts'
import type { Checked, Issued, Signer, SignerWarning, SigningRequest } from './signer.ts'
import { csrOf } from './x509/load.ts'

export interface MockCASignerOptions {
  readonly title: string
  readonly allowCA: boolean
  /** Where the CA comes from, for people. */
  readonly source: 'memory' | 'the Secret of authSecretRef'
  readonly previousFingerprint: string | undefined
  readonly authority: () => Promise<Authority>
  readonly nowMs: () => number
}

/** Signs at once, with a CA of its own. */
export class MockCASigner implements Signer {
  readonly retryWindowMs = 60_000
  readonly #options: MockCASignerOptions
  /** What the issuer's status shows, as far as we know: a replacement is told once. */
  #shownFingerprint: string | undefined

  constructor(options: MockCASignerOptions) {
    this.#options = options
    this.#shownFingerprint = options.previousFingerprint
  }

  async check(): Promise<Checked> {
    const { certificate } = await this.#validAuthority()
    const fingerprint = certificate.fingerprint256
    const warnings = this.#warningsFor(fingerprint)
    this.#shownFingerprint = fingerprint
    const how = `a mock CA from ${this.#options.source} signs; it is for tests only, not for production`
    return { how, warnings, caFingerprint: fingerprint }
  }

  async submit(request: SigningRequest): Promise<Issued> {
    if (request.isCA && !this.#options.allowCA) {
      throw new SignFailure(
        'Refused',
        'a CA certificate is asked for, and allowCA in ConfigMap key mockca.yaml does not allow it',
      )
    }
    const csr = await csrOf(request.csrPem)
    const authority = await this.#validAuthority()
    return { kind: 'issued', certificates: await signCsr(authority, csr, request, this.#options.nowMs()) }
  }

  /** A mock CA leaves nothing pending; what is came from another signer of this issuer. */
  async poll(): Promise<never> {
    throw new SignFailure('Refused', 'a mock CA knows no pending request; the issuer was another before')
  }

  /** The CA stays: it belongs to the issuer, not to its configuration as it was read once. */
  async close(): Promise<void> {}

  async #validAuthority(): Promise<Authority> {
    const authority = await this.#options.authority()
    if (authority.certificate.validToDate.getTime() > this.#options.nowMs()) return authority
    throw new SignFailure('IssuerFault', `the CA certificate from ${this.#options.source} expired`)
  }

  #warningsFor(fingerprint: string): SignerWarning[] {
    const before = this.#shownFingerprint
    if (before === undefined || before === fingerprint) return []
    const message = `${this.#options.title} has another CA than before: what trusted the old one must be given the new one`
    return [{ reason: 'MockCAReplaced', message }]
  }
}
