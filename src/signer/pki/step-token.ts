import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import type { Input } from '../../template/render-options.ts'
import { SignFailure } from '../sign-failure.ts'
import type { StepToken } from './schema.ts'
import type { Data } from './template-set.ts'
import { wrong } from './wrong.ts'

/** How long a one-time token may be used, as `step ca token` makes them. */
const lifeSeconds = 300

/**
 * A token of step-ca for one CSR: a JWT by a provisioner's own key, for the names of the CSR and bound to it, that is
 * taken once (its id is kept by step-ca). Throws `Refused` for a CSR without a name, `InvalidConfig` for a bad key.
 */
export function stepToken(config: StepToken, data: Data, nowMs: number): string {
  const { key, algorithm, kid } = readStepKey(config, (name) => bytesOf(data.get('secrets'), name))
  const sans = ['dnsNames', 'ipAddresses', 'emails', 'uris'].flatMap((name) => textsIn(data, name))
  const [subject] = [...textsIn(data, 'commonName'), ...sans]
  if (subject === undefined)
    throw new SignFailure('Refused', 'Cannot make a token for step-ca: the CSR holds no name')
  const now = Math.floor(nowMs / 1000)
  const claims = {
    iss: config.provisioner,
    aud: config.audience,
    sub: subject,
    sans,
    // No `iat`: step-ca refuses what was issued before it started, by its own clock.
    nbf: now,
    exp: now + lifeSeconds,
    jti: randomBytes(32).toString('hex'),
    cnf: { 'x5rt#S256': fingerprint(data) },
  }
  return signed({ alg: algorithm.name, kid, typ: 'JWT' }, claims, { key, hash: algorithm.hash })
}

interface StepKey {
  readonly key: KeyObject
  readonly algorithm: Algorithm
  readonly kid: string
}

/** The key of a provisioner: a JWK, or PEM. Throws InvalidConfig, which shows nothing of it. */
export function readStepKey(
  { key: name, passwordKey, kid }: StepToken,
  bytes: (name: string) => Uint8Array | undefined,
): StepKey {
  const [own, password] = [bytes(name), passwordKey === undefined ? undefined : bytes(passwordKey)]
  if (own === undefined)
    throw wrong(['stepToken', 'key'], `needs key "${name}" in the Secret of authSecretRef`)
  if (passwordKey !== undefined && password === undefined)
    throw wrong(['stepToken', 'passwordKey'], `needs key "${passwordKey}" in the Secret of authSecretRef`)
  const { key, kid: said } = parsed(Buffer.from(own).toString('utf8'), password)
  const algorithm = algorithmOf(key)
  if (algorithm === undefined)
    throw wrong(['stepToken', 'key'], 'names no private key that can sign: EC P-256 to P-521, RSA or Ed25519')
  return { key, algorithm, kid: kid ?? said ?? thumbprint(key) }
}

function parsed(text: string, password: Uint8Array | undefined): { key: KeyObject; kid?: string } {
  try {
    if (!text.trimStart().startsWith('{')) {
      const passphrase =
        password &&
        Buffer.from(password)
          .toString('utf8')
          .replace(/\r?\n$/, '')
      return { key: createPrivateKey({ key: text, ...(passphrase !== undefined && { passphrase }) }) }
    }
    const jwk = JSON.parse(text) as JsonWebKey
    const { kid } = jwk
    const key = createPrivateKey({ key: jwk, format: 'jwk' })
    return typeof kid === 'string' && kid !== '' ? { key, kid } : { key }
  } catch {
    throw wrong(['stepToken', 'key'], 'names what is neither a private JWK nor a private key in PEM')
  }
}

/** RFC 7638, by which step names its keys. */
function thumbprint(key: KeyObject): string {
  const { crv, e, kty, n, x, y } = createPublicKey(key).export({ format: 'jwk' })
  const members = JSON.stringify({ crv, e, kty, n, x, y })
  return createHash('sha256').update(members).digest('base64url')
}

interface Algorithm {
  readonly name: string
  readonly hash: string | undefined
}

/** RFC 7518, 3.1, by curve or kind of key. */
const algorithms: Readonly<Record<string, Algorithm>> = {
  prime256v1: { name: 'ES256', hash: 'sha256' },
  secp384r1: { name: 'ES384', hash: 'sha384' },
  secp521r1: { name: 'ES512', hash: 'sha512' },
  rsa: { name: 'RS256', hash: 'sha256' },
  ed25519: { name: 'EdDSA', hash: undefined },
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Algorithm | undefined {
  return algorithms[asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType ?? '']
}

function signed(
  header: object,
  claims: object,
  { key, hash }: { readonly key: KeyObject; readonly hash: string | undefined },
): string {
  const text = [header, claims].map((it) => Buffer.from(JSON.stringify(it)).toString('base64url')).join('.')
  const signature = sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}

/** What binds a token to its CSR: SHA-256 of the DER. */
function fingerprint(data: Data): string {
  const csr = data.get('csr')
  const der = csr instanceof Map ? csr.get('der') : undefined
  return createHash('sha256')
    .update(Buffer.from(typeof der === 'string' ? der : '', 'base64'))
    .digest('base64url')
}

function textsIn(data: Data, name: string): readonly string[] {
  const value = data.get(name)
  return [value].flat().filter((it): it is string => typeof it === 'string' && it !== '')
}

function bytesOf(secrets: Input | undefined, name: string): Uint8Array | undefined {
  const value: unknown = secrets instanceof Map ? secrets.get(name) : undefined
  return value instanceof Uint8Array ? value : undefined
}
