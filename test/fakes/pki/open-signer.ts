import { randomBytes, randomUUID } from 'node:crypto'
import { akeylessLogins } from '../../../src/cli/issuers-akeyless.ts'
import type { MayGo } from '../../../src/net/gated.ts'
import type { Resolve } from '../../../src/net/resolve.ts'
import type { UrlRules } from '../../../src/net/server-url.ts'
import { createPkiSigner } from '../../../src/signer/pki/pki.ts'
import type { IssuerRef, Signer, SignerPorts, SigningRequest } from '../../../src/signer/signer.ts'
import { type Clock, systemClock } from '../../../src/std/clock.ts'
import { Failure } from '../../../src/std/failure.ts'
import { createLog, type Log } from '../../../src/std/log.ts'
import { Redacted } from '../../../src/std/redacted.ts'
import { type CsrOptions, makeCsr } from './csr.ts'

/** The issuer that signers of tests are opened for. */
const issuer: IssuerRef = {
  kind: 'ExternalIssuer',
  namespace: 'shop',
  name: 'corp-pki',
  uid: 'issuer-uid',
}

export interface OpenOptions {
  /** The text of `pki.yaml`. */
  readonly yaml: string
  readonly credentials?: Readonly<Record<string, string>> | undefined
  /** `Secret/name/key` or `ConfigMap/name/key` to text, changeable. */
  readonly data?: Map<string, string>
  readonly rules?: Partial<UrlRules>
  readonly resolve?: Resolve
  readonly mayGo?: MayGo
  readonly clock?: Clock
  /** Before a value is saved; what it throws keeps it from being so. */
  readonly save?: (name: string, value: string) => Promise<void>
  /** The token of a ServiceAccount. */
  readonly serviceAccountToken?: (ref: { name: string; audiences: readonly string[] }) => string
}

/** A signer of a test, with what it said and saved. */
export interface OpenedSigner extends AsyncDisposable {
  readonly signer: Signer
  readonly log: Log
  /** Every line of the log so far, debug ones too. */
  readonly logged: () => string
  /** `name/key` to text. */
  readonly saved: ReadonlyMap<string, string>
}

/** Opens a signer of type `pki`; loopback addresses are permitted. */
export async function openPki(options: OpenOptions): Promise<OpenedSigner> {
  const { yaml, credentials, rules, resolve, mayGo, clock = systemClock } = options
  const lines: string[] = []
  const log = createLog('debug', { write: (line: string) => void lines.push(line) })
  const saved = new Map<string, string>()
  const all = { insecureLocalEndpoints: true, apiServerHosts: ['10.96.0.1'], ...rules }
  const logins = akeylessLogins({ rules: all, clock, ...(resolve && { resolve }) })
  const random = (bytes: number) => randomBytes(bytes)
  const type = createPkiSigner({ rules: all, clock, random, resolve, mayGo, openAkeylessLogin: logins.open })
  const signer = await type.open({
    title: 'ExternalIssuer shop/corp-pki',
    issuer,
    config: new Map([['pki.yaml', yaml]]),
    credentials: credentials && new Map(Object.entries(credentials).map(([key, it]) => [key, bytes(it)])),
    ports: portsOf(options, saved),
    log,
  })
  return {
    signer,
    log,
    saved,
    logged: () => lines.join(''),
    async [Symbol.asyncDispose]() {
      await signer.close()
      await logins.close()
    },
  }
}

function portsOf({ data, serviceAccountToken, save }: OpenOptions, saved: Map<string, string>): SignerPorts {
  return {
    async read({ kind, name, key }, path) {
      const found = data?.get(`${kind}/${name}/${key}`)
      if (found !== undefined) return bytes(found)
      const message = `Cannot read ${path}: ${kind} "${name}" has no key "${key}"`
      throw new Failure('NotFound', message, { userMustAct: true })
    },
    serviceAccountToken: async (ref) => new Redacted(serviceAccountToken?.(ref) ?? 'jwt'),
    async save({ name, key }, value) {
      await save?.(`${name}/${key}`, value.reveal())
      saved.set(`${name}/${key}`, value.reveal())
      data?.set(`Secret/${name}/${key}`, value.reveal())
    },
  }
}

function bytes(text: string): Redacted<Uint8Array> {
  return new Redacted(new Uint8Array(Buffer.from(text)))
}

/** A request for a certificate of a new key; 24 hours for `www.shop.example.com` unless said. */
export async function signingRequest(
  options: CsrOptions & Partial<SigningRequest> = {},
): Promise<SigningRequest> {
  const { commonName, ipAddresses, uris, emails, organization, dnsNames = ['www.shop.example.com'] } = options
  const csr = Object.fromEntries(
    Object.entries({ commonName, dnsNames, ipAddresses, uris, emails, organization }).filter(
      ([, it]) => it !== undefined,
    ),
  )
  return {
    uid: options.uid ?? randomUUID(),
    name: options.name ?? 'www-1',
    namespace: 'shop',
    annotations: options.annotations ?? {},
    csrPem: options.csrPem ?? (await makeCsr(csr)),
    durationSeconds: options.durationSeconds ?? 86_400,
    isCA: options.isCA ?? false,
    usages: options.usages ?? ['digital signature', 'key encipherment', 'server auth'],
    issuer,
  }
}
