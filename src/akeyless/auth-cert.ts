import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { CertAuth } from '../api/akeyless-spec.ts'
import { failure } from '../api/reason.ts'
import type { Redacted } from '../std/redacted.ts'
import { checkAccessId } from './access-id.ts'
import type { AuthOptions } from './auth-options.ts'
import type { Identity, SecretMethod } from './identity.ts'
import { secretSource } from './secret-source.ts'

const hint =
  'check the access id, that the certificate is signed by the CA of the auth method and not expired, and its bounds'

/** Client certificate with its private key, both from Secrets. */
export async function cert(auth: CertAuth, path: string, options: AuthOptions): Promise<Identity> {
  const { digests, references, signal } = options
  const accessId = checkAccessId(auth.accessID, `${path}.accessID`)
  const certificatePath = `${path}.certificateSecretRef`
  const keyPath = `${path}.privateKeySecretRef`
  const certificate = secretSource(auth.certificateSecretRef, certificatePath, 'tls.crt')
  const key = secretSource(auth.privateKeySecretRef, keyPath, 'tls.key')
  const heldCertificate = await digests.ofValue(certificate, references, signal)
  const heldKey = await digests.ofValue(key, references, signal)
  return identityOf(
    accessId,
    {
      key: [heldCertificate.digest, heldKey.digest],
      title: `the certificate of Secret "${certificate.selector.name}"`,
      paths: [certificatePath, keyPath],
      pems: async (signal) => [await heldCertificate.value(signal), await heldKey.value(signal)],
    },
    options,
  )
}

/** The access type `cert` of secretRef: the parameter is one PEM of certificate and key. */
export const certBySecrets: SecretMethod = ({ accessId, parameter, path }, options) => {
  const at = `${path}.secretRef.accessTypeParam`
  if (parameter === undefined)
    throw failure(
      'InvalidSpec',
      `Cannot log in by access type cert: ${at} must name the certificate and its key`,
    )
  const pems = async (signal: AbortSignal) => {
    const pem = await parameter.value(signal)
    return [pem, pem] as const
  }
  const pair = { key: [parameter.digest], title: `the certificate of ${at}`, paths: [at, at] as const, pems }
  return identityOf(accessId, pair, options)
}

interface Pair {
  readonly key: readonly string[]
  readonly title: string
  /** Where certificate and key stand, for messages. */
  readonly paths: readonly [string, string]
  /** Each within PEM text that may hold more. */
  pems(signal: AbortSignal): Promise<readonly [Redacted, Redacted]>
}

/**
 * The body as the API describes it: certificate and key as PEM in base64. The other form, a signed challenge, leaves
 * the key here, but how the challenge is signed is not documented.
 */
function identityOf(accessId: string, pair: Pair, options: AuthOptions): Identity {
  return {
    method: 'cert',
    accessId,
    key: ['cert', accessId, ...pair.key],
    title: pair.title,
    hint,
    async credentials(signal) {
      const [certificatePem, keyPem] = await pair.pems(signal)
      const certificate = blocksOf(
        certificatePem,
        /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g,
      )
      const key = blocksOf(
        keyPem,
        /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----[^-]+-----END ([A-Z]+ )?PRIVATE KEY-----/g,
      )
      checkPair(certificate, key, pair.paths, options.clouds.clock.now())
      const body = { 'cert-data': base64(certificate), 'key-data': base64(key) }
      return { body: { 'access-id': accessId, 'access-type': 'cert', ...body } }
    },
  }
}

function blocksOf(pem: Redacted, pattern: RegExp): string {
  return (pem.reveal().match(pattern) ?? []).map((it) => `${it}\n`).join('')
}

/** What Akeyless would refuse is not sent: it would count the refusal. */
function checkPair(certificate: string, key: string, [at, keyAt]: Pair['paths'], nowMs: number): void {
  if (certificate === '') throw failure('InvalidSpec', `Cannot use ${at}: it holds no certificate as PEM`)
  if (key === '')
    throw failure('InvalidSpec', `Cannot use ${keyAt}: it holds no unencrypted private key as PEM`)
  const leaf = readCertificate(certificate, at)
  if (!matches(leaf, key))
    throw failure('InvalidSpec', `Cannot use ${keyAt}: it is not the key of the certificate`)
  const endMs = Date.parse(leaf.validTo)
  if (endMs > nowMs) return
  const end = new Date(endMs).toISOString()
  throw failure('AuthFailed', `Cannot log in by the certificate of ${at}: it expired at ${end}; renew it`)
}

function readCertificate(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw failure('InvalidSpec', `Cannot use ${path}: the certificate cannot be read`)
  }
}

function matches(leaf: X509Certificate, key: string): boolean {
  try {
    return leaf.checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
