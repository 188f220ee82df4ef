import { request } from 'node:https'
import type { Review } from './calls.ts'
import type { KubernetesHost } from './identities.ts'

/** What an API server says of a JWT. */
export interface ReviewedJwt {
  readonly review: Review
  readonly uid?: string
  readonly podName?: string
  readonly podUid?: string
}

interface ReviewStatus {
  readonly authenticated?: boolean
  readonly error?: string
  readonly audiences?: readonly string[]
  readonly user?: {
    readonly username?: string
    readonly uid?: string
    readonly extra?: Readonly<Record<string, readonly string[]>>
  }
}

const timeoutMs = 10_000

/**
 * Asks the API server by a TokenReview (authentication.k8s.io/v1). Throws when it cannot be reached or refuses the
 * reviewer; a JWT that is not good is an answer, not an error.
 */
export async function reviewToken(to: KubernetesHost, jwt: string, audience: string): Promise<ReviewedJwt> {
  const spec = audience === '' ? { token: jwt } : { token: jwt, audiences: [audience] }
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec }
  const { status, body } = await post(to, to.reviewerToken || jwt, JSON.stringify(review))
  if (status !== 201) throw new Error(`TokenReview was refused: status is ${status}`)
  return reviewedOf((JSON.parse(body) as { status?: ReviewStatus }).status ?? {}, audience)
}

function reviewedOf(status: ReviewStatus, audience: string): ReviewedJwt {
  const meant = audience === '' || status.audiences?.includes(audience) === true
  const extra = status.user?.extra ?? {}
  return {
    review: {
      authenticated: status.authenticated === true && meant,
      ...present('username', status.user?.username),
      ...present('error', status.error),
    },
    ...present('uid', status.user?.uid),
    ...present('podName', extra['authentication.kubernetes.io/pod-name']?.[0]),
    ...present('podUid', extra['authentication.kubernetes.io/pod-uid']?.[0]),
  }
}

function present<Key extends string>(
  key: Key,
  value: string | undefined,
): { readonly [Name in Key]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [Name in Key]?: string }
}

function post(to: KubernetesHost, bearer: string, body: string): Promise<{ status: number; body: string }> {
  const url = new URL('/apis/authentication.k8s.io/v1/tokenreviews', to.host)
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      headers,
      ca: to.caPem,
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
    }
    const sent = request(url, options, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
