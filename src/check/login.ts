import type { TokenReview } from '../kube/client.ts'
import { isForbidden } from '../kube/errors.ts'
import { Failure } from '../std/failure.ts'
import type { Redacted } from '../std/redacted.ts'
import { verdictOf } from './explain.ts'
import { type CheckName, type Finding, failed, ok, skipped, type Verdict } from './finding.ts'
import type { Leg, Legs } from './legs.ts'

/** How a store gets in, leg by leg; a leg that its way in does not have is absent. */
export interface WayIn {
  /** `SecretStore shop/akeyless`. */
  readonly title: string
  /** Requests a token of the ServiceAccount that the store names. */
  readonly token?: { readonly of: string; get(signal: AbortSignal): Promise<Redacted> } | undefined
  /** The JWT that the store has in a Secret instead. */
  readonly held?: ((signal: AbortSignal) => Promise<Redacted>) | undefined
  /** Asks our own API server about the JWT; absent where no Gateway would ask one. */
  readonly review?: ((jwt: Redacted, signal: AbortSignal) => Promise<TokenReview>) | undefined
  /** The manager's own login. */
  readonly logIn: (signal: AbortSignal) => Promise<void>
}

/** Walks from the token to the login; what comes after a leg that failed is skipped. */
export async function checkLogin(way: WayIn, legs: Legs): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  let jwt: Redacted | undefined
  const run = async (check: CheckName, leg: Leg) => {
    const broken = findings.find((it) => it.status === 'failed')
    const next =
      broken === undefined
        ? legs.run(check, way.title, leg)
        : legs.skip(check, way.title, `${broken.check} failed`)
    findings.push(await next)
  }
  const { token, held, review } = way
  if (token !== undefined)
    await run('token-request', async (signal) => {
      jwt = await token.get(signal)
      return ok(`the API server gives a token of ${token.of}`)
    })
  if (review !== undefined)
    await run('token-review', async (signal) => {
      jwt ??= await held?.(signal)
      return jwt === undefined ? skipped('the store names no JWT') : reviewed(review(jwt, signal))
    })
  const isAccepted = findings.some((it) => it.check === 'token-review' && it.status === 'ok')
  await run('login', (signal) => loggedIn(way, isAccepted, signal))
  return findings
}

async function loggedIn(way: WayIn, isAccepted: boolean, signal: AbortSignal): Promise<Verdict> {
  try {
    await way.logIn(signal)
  } catch (error) {
    // The Gateway has answered before, and the JWT is good: what fails is what the Gateway asks itself.
    if (!isAccepted || !(error instanceof Failure) || error.reason !== 'GatewayUnreachable') throw error
    return failed(`${verdictOf(error).message}, though it answers and the JWT is good`, behindGateway)
  }
  return ok(
    `the login succeeds${way.review === undefined ? '' : ', and so did the TokenReview of the Gateway'}`,
  )
}

const behindGateway =
  "look at the log of the Gateway: its own TokenReview fails (reviewer's token, host and CA of the API server in its " +
  'auth config), or its way to Akeyless'

async function reviewed(asked: Promise<TokenReview>): Promise<Verdict> {
  try {
    const { authenticated, user, error } = await asked
    if (authenticated) return ok(`the API server accepts the JWT, as ${user?.username ?? 'somebody'}`)
    return failed(
      `JWTRejected: the API server refuses the JWT${error === undefined ? '' : ` (${error})`}`,
      'renew or replace the JWT: it has expired, its ServiceAccount is gone, or it is of another cluster or audience',
    )
  } catch (error) {
    if (isForbidden(error)) return skipped('create tokenreviews is not granted (optional)')
    throw error
  }
}
