import { verify } from 'node:crypto'
import { text } from './body.ts'
import type { Context } from './context.ts'
import type { Refusal } from './errors.ts'
import type { JwtMethod } from './identities.ts'
import type { Claims } from './roles.ts'

/** The payload of a JWT, unverified; undefined when it is none. */
export function payloadOf(jwt: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** Claims of a login by an RS256 JWT that the method's public key verifies; throws `refused()`. */
export function jwtClaims(context: Context, method: JwtMethod, refused: () => Refusal): Claims {
  const jwt = text(context.body, 'jwt') ?? ''
  const payload = payloadOf(jwt)
  if (payload === undefined || !isSigned(jwt, method.publicKeyPem)) throw refused()
  const expiresAtMs = Number(payload['exp'] ?? 0) * 1000
  if (expiresAtMs <= context.state.now()) throw refused()
  if (method.issuer !== undefined && payload['iss'] !== method.issuer) throw refused()
  if (method.audience !== undefined && !listOf(payload['aud']).includes(method.audience)) throw refused()
  return Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, listOf(value)]))
}

/** A claim as the list of its values. */
export function listOf(claim: unknown): readonly string[] {
  if (claim === undefined || claim === null) return []
  return [claim].flat().map((it) => (typeof it === 'string' ? it : JSON.stringify(it)))
}

function isSigned(jwt: string, publicKeyPem: string): boolean {
  const [header, payload, signature = ''] = jwt.split('.')
  return verify(
    'sha256',
    Buffer.from(`${header}.${payload}`),
    publicKeyPem,
    Buffer.from(signature, 'base64url'),
  )
}
