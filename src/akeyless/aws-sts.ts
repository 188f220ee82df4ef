import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'
import type { AwsKeys } from './aws-signature.ts'
import type { CloudGrant } from './cloud-tokens.ts'
import type { Clouds } from './clouds.ts'

export interface RoleRequest {
  readonly roleArn: string
  /** Shown by CloudTrail and in the ARN of the session. */
  readonly sessionName: string
  /** A JWT of an identity provider that the role trusts. */
  readonly webIdentityToken: Redacted
  readonly region: string | undefined
}

/** Lifetime of the keys: the least that STS grants; they sign one request per login. */
const durationSeconds = 900

/** Temporary keys of a role for a JWT: AssumeRoleWithWebIdentity (AWS STS API Reference); throws AuthFailed when refused. */
export async function assumeRole(
  request: RoleRequest,
  clouds: Clouds,
  signal: AbortSignal,
): Promise<CloudGrant<AwsKeys>> {
  const url = new URL('/', clouds.addresses.sts(request.region))
  const what = `assume role "${request.roleArn}" at STS "${url.host}"`
  const form = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: request.roleArn,
    RoleSessionName: sessionNameOf(request.sessionName),
    WebIdentityToken: request.webIdentityToken.reveal(),
    DurationSeconds: String(durationSeconds),
  })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const { status, text } = await clouds.http.ask({
    what,
    method: 'POST',
    url,
    headers,
    body: form.toString(),
    signal,
  })
  if (status !== 200) throw refusal(what, status, text)
  return keysIn(text, what, clouds.clock.now())
}

/** Letters, digits and `=,.@-_`, 2 to 64 of them. */
function sessionNameOf(name: string): string {
  return `keyferry-${name}`.replace(/[^\w+=,.@-]/g, '-').slice(0, 64)
}

const refusals: Readonly<Record<string, string>> = {
  AccessDenied:
    'the trust policy of the role does not admit this ServiceAccount; check its sub and aud conditions',
  ExpiredTokenException: 'the token has expired; check the clocks',
  InvalidIdentityToken:
    'the OIDC provider of the cluster is not set up in the account of the role, or has other keys or audiences',
  IDPCommunicationError: 'AWS cannot reach the OIDC issuer of the cluster; it must be public',
  IDPRejectedClaim: 'the OIDC provider rejects the token; check issuer and audience',
  RegionDisabledException: 'STS is not enabled in this region; enable it or name another region',
  ValidationError: 'STS does not understand the request; check the ARN of the role',
}

/** The error code is one word of a known list; the message beside it is not shown. */
function refusal(what: string, status: number, text: string): Failure {
  const [, code = ''] = /<Code>([A-Za-z]{1,40})<\/Code>/.exec(text) ?? []
  const known = Object.hasOwn(refusals, code)
    ? `${code}: ${refusals[code]}`
    : 'check the role and its trust policy'
  return failure('AuthFailed', `Cannot ${what}: status is ${status}; ${known}`)
}

function keysIn(text: string, what: string, nowMs: number): CloudGrant<AwsKeys> {
  const field = (name: string) => new RegExp(`<${name}>([^<]{1,8192})</${name}>`).exec(text)?.[1]
  const [id, secret, token] = [field('AccessKeyId'), field('SecretAccessKey'), field('SessionToken')]
  if (id === undefined || secret === undefined || token === undefined)
    throw failure('UnexpectedResponse', `Cannot ${what}: the answer holds no credentials`)
  const keys = {
    accessKeyId: id,
    secretAccessKey: new Redacted(secret),
    sessionToken: new Redacted(token),
  }
  const endMs = Date.parse(field('Expiration') ?? '')
  const expiresAtMs = Number.isNaN(endMs) ? nowMs + durationSeconds * 1000 : endMs
  return { value: new Redacted(keys), expiresAtMs }
}
