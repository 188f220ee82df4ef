import type { OpenSignerOptions, Signer, SignerType } from '../../../src/signer/signer.ts'
import { ScriptedSigner } from './scripted-signer.ts'

/** Scripted signers by the name of their issuer, so that one manager serves the tests of a file. */
export class SignersByIssuer implements SignerType {
  readonly name = 'mockca'
  readonly #byName = new Map<string, ScriptedSigner>()

  of(issuer: string): ScriptedSigner {
    const known = this.#byName.get(issuer)
    if (known !== undefined) return known
    const made = new ScriptedSigner()
    this.#byName.set(issuer, made)
    return made
  }

  open(options: OpenSignerOptions): Promise<Signer> {
    return this.of(options.issuer.name).open(options)
  }
}
