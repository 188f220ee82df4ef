import { sign, verify } from 'node:crypto'
import { listOf, payloadOf } from './auth-jwt.ts'
import { required } from './body.ts'
import type { Context } from './context.ts'
import { Refusal } from './errors.ts'
import type { AuthMethod, KubernetesConfig, KubernetesMethod } from './identities.ts'
import { refusedLogin } from './refused-login.ts'
import { type Claims, matchesWildcard } from './roles.ts'
import { type ReviewedJwt, reviewToken } from './token-review.ts'

/** Claims of a login by a ServiceAccount's JWT that the API server of the config has reviewed. */
export async function kubernetesClaims(context: Context, method: AuthMethod | undefined): Promise<Claims> {
  demandGateway(context)
  const config = configOf(context, required(context.body, 'k8s-auth-config-name'))
  if (method?.type !== 'k8s') throw refusedLogin(context, 401, 'the access id has no Kubernetes auth method')
  const jwt = decoded(required(context.body, 'k8s-service-account-token'))
  const claims = claimsOf(
    await reviewed(context, { config, jwt, audience: method.audience }),
    jwt,
    config.name,
  )
  context.note.identity = `${claims['namespace']?.[0]}/${claims['service_account_name']?.[0]}`
  demandBounds(context, method, claims)
  demandSignature(context, config, method, claims)
  return claims
}

/** The public service never sees a JWT. */
function demandGateway({ state: { mode, guesses } }: Context): void {
  if (mode === 'gateway') return
  throw new Refusal(guesses.gatewayOnlyStatus, "command is not available on public gateway 'auth'")
}

function configOf(context: Context, name: string): KubernetesConfig {
  const { identities, guesses } = context.state
  const config = identities.configs.get(name)
  if (config !== undefined && config.accessId === context.note.accessId) return config
  throw refusedLogin(context, guesses.unknownConfigStatus, `Kubernetes auth config ${name} was not found`)
}

/** Clients send the JWT in base64; a raw one is taken too. */
function decoded(sent: string): string {
  return sent.includes('.') ? sent : Buffer.from(sent, 'base64').toString()
}

interface Submitted {
  readonly config: KubernetesConfig
  readonly jwt: string
  readonly audience: string
}

async function reviewed(context: Context, submitted: Submitted): Promise<ReviewedJwt> {
  const found = await reviewOrFail(context, submitted)
  const { review } = found
  context.note.review = review
  if (review.authenticated && review.username?.startsWith('system:serviceaccount:')) return found
  const detail = `TokenReview did not authenticate the JWT: ${review.error ?? 'not authenticated'}`
  throw refusedLogin(context, context.state.guesses.reviewRefusedStatus, detail)
}

async function reviewOrFail(context: Context, { config, jwt, audience }: Submitted): Promise<ReviewedJwt> {
  if (context.fault?.kind === 'refuseJwt') return refusedJwt
  try {
    return await reviewToken(config, jwt, audience)
  } catch (error) {
    const detail = `failed to review the JWT: ${error instanceof Error ? error.message : 'unknown error'}`
    throw refusedLogin(context, context.state.guesses.reviewFailedStatus, detail)
  }
}

const refusedJwt: ReviewedJwt = { review: { authenticated: false, error: '[invalid bearer token]' } }

function claimsOf(reviewed: ReviewedJwt, jwt: string, configName: string): Claims {
  const [, , namespace, name] = (reviewed.review.username ?? '').split(':')
  return {
    namespace: listOf(namespace),
    service_account_name: listOf(name),
    service_account_uid: listOf(reviewed.uid),
    aud: listOf(payloadOf(jwt)?.['aud']),
    config_name: [configName],
    ...(reviewed.podName === undefined ? {} : { pod_name: [reviewed.podName] }),
    ...(reviewed.podUid === undefined ? {} : { pod_uid: [reviewed.podUid] }),
  }
}

function demandBounds(context: Context, method: KubernetesMethod, claims: Claims): void {
  const bounds = [
    [method.boundServiceAccounts, 'service_account_name'],
    [method.boundNamespaces, 'namespace'],
    [method.boundPods, 'pod_name'],
    [method.audience === '' ? [] : [method.audience], 'aud'],
  ] as const
  for (const [patterns, claim] of bounds) {
    if (patterns.length === 0) continue
    const held = claims[claim] ?? []
    if (!patterns.some((pattern) => held.some((it) => matchesWildcard(pattern, it)))) {
      throw refusedLogin(context, 401, `${claim} is not one that the auth method is bound to`)
    }
  }
}

/** The Gateway signs what it found, and the service trusts only the auth method's own key pair. */
function demandSignature(
  context: Context,
  config: KubernetesConfig,
  method: KubernetesMethod,
  claims: Claims,
): void {
  if (method.publicKey === undefined) return
  const statement = Buffer.from(JSON.stringify(claims))
  const signature = config.signingKey === undefined ? undefined : sign('sha256', statement, config.signingKey)
  if (signature !== undefined && verify('sha256', statement, method.publicKey, signature)) return
  throw refusedLogin(context, 401, 'the signing key of the config is not that of the auth method')
}
