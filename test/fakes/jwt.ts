import { createPublicKey, generateKeyPairSync, type JsonWebKey, sign, verify } from 'node:crypto'

/** Public keys by issuer, as a verifier knows them. */
export type Issuers = ReadonlyMap<string, readonly JsonWebKey[]>

export type JwtClaims = Readonly<Record<string, unknown>>

/** Signs JWTs (RS256) as an identity provider does. */
export interface JwtIssuer {
  readonly issuer: string
  readonly keys: readonly JsonWebKey[]
  readonly publicKeyPem: string
  /** A JWT of these claims; `iss`, and `exp` in an hour, unless they say otherwise. */
  sign(claims: JwtClaims): string
}

/** RSA keys take long to make, so an issuer of one name has the same for the life of the process. */
const pairs = new Map<string, ReturnType<typeof newPair>>()

function newPair() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

/** Two of one name sign with the same key. */
export function createIssuer(issuer: string): JwtIssuer {
  const pair = pairs.get(issuer) ?? newPair()
  pairs.set(issuer, pair)
  const { privateKey, publicKey } = pair
  const kid = 'stand-in'
  return {
    issuer,
    keys: [{ ...publicKey.export({ format: 'jwk' }), kid }],
    publicKeyPem: String(publicKey.export({ type: 'spki', format: 'pem' })),
    sign(claims) {
      const exp = Math.floor(Date.now() / 1000) + 3600
      const parts = [
        { alg: 'RS256', typ: 'JWT', kid },
        { iss: issuer, exp, ...claims },
      ]
      const text = parts.map((it) => Buffer.from(JSON.stringify(it)).toString('base64url')).join('.')
      return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`
    },
  }
}

/** The claims of a JWT that one of the issuers signed and that is good now; undefined for any other text. */
export function verifyJwt(jwt: string, issuers: Issuers, nowMs = Date.now()): JwtClaims | undefined {
  const [header = '', payload = '', signature = ''] = jwt.split('.')
  const [head, claims] = [objectIn(header), objectIn(payload)]
  const keys = issuers.get(String(claims?.['iss'])) ?? []
  const isSigned = keys
    .filter((it) => head?.['alg'] === 'RS256' && (it['kid'] === undefined || it['kid'] === head['kid']))
    .some((it) =>
      verify(
        'sha256',
        Buffer.from(`${header}.${payload}`),
        createPublicKey({ key: it, format: 'jwk' }),
        Buffer.from(signature, 'base64url'),
      ),
    )
  return isSigned && Number(claims?.['exp']) * 1000 > nowMs ? claims : undefined
}

/** Whether a JWT is meant for somebody. */
export function isFor({ aud }: JwtClaims, audience: string): boolean {
  return [aud].flat().includes(audience)
}

function objectIn(part: string): JwtClaims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as JwtClaims) : undefined
  } catch {
    return undefined
  }
}
