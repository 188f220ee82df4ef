import { randomBytes } from 'node:crypto'
import type { Refusals } from '../akeyless/refusals.ts'
import type { Guard } from '../runtime/guard.ts'
import { type MockCA, mockCA } from '../signer/mockca.ts'
import type { PkiSignerTypeOptions } from '../signer/pki/pki.ts'
import type { SignerType } from '../signer/signer.ts'
import type { Clock } from '../std/clock.ts'
import type { ApiServer } from './api-server.ts'
import type { ManagerFlags } from './flags.ts'
import { akeylessLogins } from './issuers-akeyless.ts'
import { urlRules } from './url-rules.ts'

/** The signers that issuers can name, and what ends with an issuer. */
export interface Signers {
  readonly types: readonly SignerType[]
  readonly mock: MockCA
  close(): Promise<void>
}

export interface SignersOptions {
  readonly flags: ManagerFlags
  readonly api: ApiServer
  readonly clock: Clock
  /** Of the whole process: Akeyless counts refused logins of both halves together. */
  readonly refusals: Refusals
  /** Asked before each call to a PKI and to Akeyless. */
  readonly guard: Guard
}

/** Makes the signers of the process: one of each, so that a mock CA outlives a reload of its issuer's configuration. */
export function createSigners({ flags, api, clock, refusals, guard }: SignersOptions): Signers {
  const mock = mockCA({ clock })
  const rules = urlRules(flags, api, flags.allowedPkiHosts)
  const mayGo = () => guard.check()
  const logins = akeylessLogins({ rules, clock, refusals, mayGo })
  const pki = pkiSigner({ rules, clock, mayGo, random: randomBytes, openAkeylessLogin: logins.open })
  return { mock, types: [mock, pki], close: () => logins.close() }
}

/** What speaks to PKIs is loaded with the first issuer that has one. */
function pkiSigner(options: PkiSignerTypeOptions): SignerType {
  let made: Promise<SignerType> | undefined
  const make = async () => (await import('../signer/pki/pki.ts')).createPkiSigner(options)
  return {
    name: 'pki',
    async open(issuer) {
      made ??= make()
      return (await made).open(issuer)
    },
  }
}
