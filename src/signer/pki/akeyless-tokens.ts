import type { AkeylessAuth } from '../../api/akeyless-spec.ts'
import type { Redacted } from '../../std/redacted.ts'
import { type AkeylessToken, type OpenAkeylessLogin, ownSecret } from '../akeyless-login.ts'
import type { OpenSignerOptions } from '../signer.ts'
import type { AkeylessLogin, Pki } from './schema.ts'
import type { Tls } from './schema-tls.ts'
import type { TokenSource } from './token.ts'
import { wrong } from './wrong.ts'

/** Tokens that the Akeyless room keeps and renews; what is known here is only which of them was refused. */
class AkeylessTokens implements TokenSource {
  readonly #token: AkeylessToken
  #refused: Redacted | undefined

  constructor(token: AkeylessToken) {
    this.#token = token
  }

  async get(signal: AbortSignal): Promise<{ readonly value: Redacted; readonly isFresh: boolean }> {
    const refused = this.#refused
    this.#refused = undefined
    return { value: await this.#token(signal, refused), isFresh: refused !== undefined }
  }

  drop(value: Redacted): void {
    this.#refused = value
  }

  close(): void {
    this.#refused = undefined
  }
}

/** The tokens of a configuration that logs in to Akeyless; undefined for others. Throws InvalidConfig. */
export function akeylessTokens(
  { akeylessLogin, baseURL, tls, login }: Pki,
  { title, issuer, credentials, ports, log }: OpenSignerOptions,
  { openAkeylessLogin }: { readonly openAkeylessLogin: OpenAkeylessLogin },
): TokenSource | undefined {
  if (akeylessLogin === undefined) return undefined
  if (login !== undefined) throw wrong(['login'], 'and akeylessLogin exclude each other')
  const auth = authOf(akeylessLogin, credentials)
  const token = openAkeylessLogin({
    title,
    issuer,
    url: baseURL,
    ca: caOf(tls),
    auth,
    credentials,
    ports,
    log,
  })
  return new AkeylessTokens(token)
}

function authOf(login: AkeylessLogin, credentials: OpenSignerOptions['credentials']): AkeylessAuth {
  if ('auth' in login) return login.auth
  const { accessIdKey, accessKeyKey } = login
  for (const key of [accessIdKey, accessKeyKey])
    if (credentials?.has(key) !== true)
      throw wrong(['settings'], `needs key "${key}" in the Secret that authSecretRef names`)
  const own = (key: string) => ({ name: ownSecret, key })
  return { secretRef: { accessID: own(accessIdKey), accessTypeParam: own(accessKeyKey) } }
}

const unused = ['clientCertificate', 'serverName', 'insecureSkipVerify'] as const

/** The connections of the login are not ours: a CA is all that they can be told. */
function caOf(tls: Tls): Parameters<OpenAkeylessLogin>[0]['ca'] {
  const extra = unused.find((it) => tls[it] !== undefined && tls[it] !== false)
  if (extra !== undefined) throw wrong(['tls', extra], 'cannot be used where Akeyless is logged in to')
  return tls.caBundle === undefined ? tls.caBundleRef : { pem: tls.caBundle }
}
