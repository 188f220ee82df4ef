import { randomUUID } from 'node:crypto'
import type { Akeyless, AkeylessOptions } from '../akeyless/provider.ts'
import type { AkeylessProvider } from '../api/akeyless-spec.ts'
import { failure } from '../api/reason.ts'
import { type AkeylessLogin, type OpenAkeylessLogin, ownSecret } from '../signer/akeyless-login.ts'
import { SignFailure, signReasonOf } from '../signer/sign-failure.ts'
import { type Clock, systemClock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'
import type {
  CredentialVersion,
  KeySelector,
  OpenOptions,
  References,
  ServiceAccountIdentity,
} from '../store/provider.ts'

/** The logins of issuers to Akeyless, by the room that knows all its ways in; loaded with the first that asks. */
export interface AkeylessLogins {
  readonly open: OpenAkeylessLogin
  close(): Promise<void>
}

/** Gives the logins; all of them share the tokens and connections of one client. */
export function akeylessLogins(options: AkeylessOptions): AkeylessLogins {
  const { clock = systemClock } = options
  let made: Promise<Akeyless> | undefined
  const make = async () => (await import('../akeyless/provider.ts')).createAkeyless(options)
  return {
    open: (login) => {
      const store = storeOf(login, clock)
      return async (signal, refused) => {
        made ??= make()
        const akeyless = await made
        return akeyless
          .lendToken(store, { signal, refused, onBehalfOf: login.issuer })
          .catch((error: unknown) => {
            throw asSignFailure(error)
          })
      }
    },
    close: async () => (await made)?.close(),
  }
}

const storePath = 'spec.provider.akeyless'

/** What a store that logs in the same way would be opened with. */
function storeOf(login: AkeylessLogin, clock: Clock): OpenOptions {
  const { title, url, auth, ca, log } = login
  const akeyless = { akeylessGWApiURL: url, authSecretRef: auth, ...trustOf(ca) }
  return { title, spec: { provider: { akeyless } }, references: referencesOf(login, clock), log }
}

function trustOf(ca: AkeylessLogin['ca']): Pick<AkeylessProvider, 'caBundle' | 'caProvider'> {
  if (ca === undefined) return {}
  if ('pem' in ca) return { caBundle: Buffer.from(ca.pem).toString('base64') }
  return { caProvider: { type: ca.kind, name: ca.name, key: ca.key } }
}

/** What a signer may read, as References. A signer is opened anew when any of it changes, so that one version is enough. */
function referencesOf({ credentials, ports }: AkeylessLogin, clock: Clock): References {
  let bundle: string | undefined
  const version: CredentialVersion = { uid: randomUUID(), resourceVersion: '0' }
  const read = async (
    kind: 'Secret' | 'ConfigMap',
    selector: KeySelector,
    path: string,
    signal: AbortSignal,
  ) => {
    const { name, key = '' } = selector
    const at = shownPath(path)
    refuseNamespace(selector, at)
    const own = name === ownSecret ? credentials?.get(key) : undefined
    const bytes = own ?? (await ports.read({ kind, name, key }, at, signal))
    return Buffer.from(bytes.reveal()).toString('utf8')
  }
  return {
    secretVersion: ({ name }) => ({ ...version, uid: `${version.uid} ${name}` }),
    secretValue: async (selector, path, signal) => new Redacted(await read('Secret', selector, path, signal)),
    // Asked for with every token, and there is one of it.
    caBundle: async ({ type, ...selector }, path, signal) => {
      bundle ??= await read(type, { ...selector, key: selector.key ?? 'ca.crt' }, path, signal)
      return bundle
    },
    serviceAccount(ref, path) {
      const at = shownPath(path)
      refuseNamespace(ref, at)
      return { namespace: '', name: ref.name, uid: version.uid, token: tokensOf(ref.name, at, ports, clock) }
    },
  }
}

function tokensOf(
  name: string,
  path: string,
  ports: AkeylessLogin['ports'],
  clock: Clock,
): ServiceAccountIdentity['token'] {
  return async ({ expirationSeconds = 600, audiences = [], signal }) => {
    const token = await ports.serviceAccountToken({ name, audiences, expirationSeconds }, path, signal)
    return { token, expiresAtMs: clock.now() + expirationSeconds * 1000 }
  }
}

function refuseNamespace({ namespace }: { readonly namespace?: string | undefined }, path: string): void {
  if (namespace === undefined) return
  throw failure(
    'InvalidSpec',
    `Cannot use ${path}.namespace: issuers reach the namespace of their configuration only`,
  )
}

/** Where a field of a store stands in the configuration of an issuer. */
function shownPath(text: string): string {
  return text
    .replaceAll(`${storePath}.authSecretRef`, 'pki.yaml: settings.auth')
    .replaceAll(`${storePath}.akeylessGWApiURL`, 'pki.yaml: baseURL')
    .replaceAll(`${storePath}.caBundle`, 'pki.yaml: tls.caBundle')
    .replaceAll(`${storePath}.caProvider`, 'pki.yaml: tls.caBundleRef')
}

/** A failed login in the words of signers; anything that is no failure is a defect, and stays one. */
function asSignFailure(error: unknown): unknown {
  if (error instanceof SignFailure || !(error instanceof Failure)) return error
  const { message, retryAfterMs } = error
  const more = retryAfterMs === undefined ? {} : { retryAfterMs }
  return new SignFailure(signReasonOf(error) ?? 'Unavailable', shownPath(message), { cause: error, ...more })
}
