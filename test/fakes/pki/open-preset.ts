import { X509Certificate } from 'node:crypto'
import { publish } from '../../../src/signer/publish.ts'
import type { SigningRequest, SignResult } from '../../../src/signer/signer.ts'
import { loadX509 } from '../../../src/signer/x509/load.ts'
import type { CsrOptions } from './csr.ts'
import { type OpenOptions, openPki, signingRequest } from './open-signer.ts'

type Wanted = CsrOptions & Partial<SigningRequest>

/** A signer of a test, whose failures are words: `Refused: Cannot ...`. */
export interface OpenedPreset extends AsyncDisposable {
  check(): Promise<string>
  /** What came of one call. */
  submit(request: SigningRequest): Promise<SignResult | string>
  poll(request: SigningRequest, id: string): Promise<SignResult | string>
  /** The leaf, however long the PKI takes, after the judge of what may be published; or words. */
  sign(wanted?: Wanted): Promise<X509Certificate | string>
  logged(): string
}

/** Opens a signer. Throws InvalidConfig. */
export async function openPreset(options: OpenOptions): Promise<OpenedPreset> {
  const { signer, log, logged } = await openPki(options)
  const more = () => ({ signal: AbortSignal.timeout(10_000), log })
  const poll = (request: SigningRequest, id: string) => signer.poll(request, id, more())
  const signed = async (request: SigningRequest) => {
    let result = await signer.submit(request, more())
    while (result.kind === 'pending') result = await poll(request, result.id)
    const csr = await (await loadX509()).parseCsr(request.csrPem)
    const judged = { nowMs: Date.now(), csr, leniency: signer.leniency }
    const { certificatePem } = await publish(request, result.certificates, judged)
    return new X509Certificate(certificatePem)
  }
  return {
    check: () => signer.check(more()).then(({ how }) => how, wordsOf),
    submit: (request) => signer.submit(request, more()).catch(wordsOf),
    poll: (request, id) => poll(request, id).catch(wordsOf),
    sign: async (wanted) => signed(await signingRequest(wanted)).catch(wordsOf),
    logged,
    [Symbol.asyncDispose]: () => signer.close(),
  }
}

/** A failure as `REASON: message`. */
function wordsOf(error: unknown): string {
  return error instanceof Error && 'reason' in error
    ? `${String(error.reason)}: ${error.message}`
    : String(error)
}
