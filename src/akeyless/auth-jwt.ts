import type { JwtAuth } from '../api/akeyless-spec.ts'
import { failure } from '../api/reason.ts'
import type { ServiceAccountSelector } from '../api/reference.ts'
import type { Redacted } from '../std/redacted.ts'
import { checkAccessId } from './access-id.ts'
import type { AuthOptions } from './auth-options.ts'
import type { HeldValue } from './held-value.ts'
import type { Identity, SecretMethod } from './identity.ts'
import { expiryOfJwt } from './jwt-expiry.ts'
import { secretSource } from './secret-source.ts'
import { tokenSource } from './service-account-token.ts'

const hint =
  'check the access id, that the JWKS URL of the auth method holds the keys of the issuer, and its issuer, audience and bounds'

/** JWT (Akeyless calls the auth method OAuth 2.0 / JWT): of a ServiceAccount, or from a Secret. */
export async function jwt(auth: JwtAuth, path: string, options: AuthOptions): Promise<Identity> {
  const accessId = checkAccessId(auth.accessID, `${path}.accessID`)
  const { serviceAccountRef: ref, secretRef } = auth
  if ((ref === undefined) === (secretRef === undefined))
    throw failure(
      'InvalidSpec',
      `Cannot log in: ${path} needs a serviceAccountRef or a secretRef, and not both`,
    )
  if (ref !== undefined) return identityOf(accessId, ofServiceAccount(ref, path, options))
  const source = secretSource(secretRef, `${path}.secretRef`, 'token')
  const held = await options.digests.ofValue(source, options.references, options.signal)
  return identityOf(accessId, ofSecret(held, source.path, options))
}

/** The access type `jwt` of secretRef: the parameter is the JWT, or a ServiceAccount stands beside it. */
export const jwtBySecrets: SecretMethod = ({ accessId, parameter, serviceAccountRef, path }, options) => {
  if (serviceAccountRef !== undefined)
    return identityOf(accessId, ofServiceAccount(serviceAccountRef, path, options))
  if (parameter !== undefined)
    return identityOf(accessId, ofSecret(parameter, `${path}.secretRef.accessTypeParam`, options))
  const next = `${path}.secretRef.accessTypeParam must name the JWT, or ${path}.serviceAccountRef its ServiceAccount`
  throw failure('InvalidSpec', `Cannot log in by access type jwt: ${next}`)
}

interface JwtHolder {
  readonly key: readonly string[]
  readonly title: string
  jwt(signal: AbortSignal): Promise<Redacted>
}

function identityOf(accessId: string, holder: JwtHolder): Identity {
  return {
    method: 'jwt',
    accessId,
    key: ['jwt', accessId, ...holder.key],
    title: holder.title,
    hint,
    async credentials(signal) {
      const token = await holder.jwt(signal)
      return { body: { 'access-id': accessId, 'access-type': 'jwt', jwt: token.reveal() } }
    },
  }
}

/** Akeyless sees this JWT, so it must be good for nothing else: a token without audiences would be for the API server. */
function ofServiceAccount(ref: ServiceAccountSelector, path: string, options: AuthOptions): JwtHolder {
  const at = `${path}.serviceAccountRef`
  if (ref.audiences === undefined || ref.audiences.length === 0) {
    const next = 'name the audience that the auth method expects'
    throw failure(
      'InvalidSpec',
      `Cannot use ${at}: without audiences its token would be good for the API server; ${next}`,
    )
  }
  const source = tokenSource(ref, at, options)
  return { key: source.key, title: source.title, jwt: (signal) => source.token(signal) }
}

/** A JWT past its end is not sent: Akeyless would count the refusal. */
function ofSecret(held: HeldValue, path: string, { clouds }: AuthOptions): JwtHolder {
  return {
    key: ['JWT', held.digest],
    title: `the JWT of ${path}`,
    async jwt(signal) {
      const token = await held.value(signal)
      const endMs = expiryOfJwt(token.reveal())
      if (endMs === undefined || endMs > clouds.clock.now()) return token
      const end = new Date(endMs).toISOString()
      throw failure(
        'AuthFailed',
        `Cannot log in by the JWT of ${path}: it expired at ${end}; write a new one there`,
      )
    },
  }
}
