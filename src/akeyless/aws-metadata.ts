import { failure } from '../api/reason.ts'
import { Redacted } from '../std/redacted.ts'
import type { AwsKeys } from './aws-signature.ts'
import { assumeRole } from './aws-sts.ts'
import { type CloudAnswer, fieldsOf } from './cloud-http.ts'
import type { CloudGrant } from './cloud-tokens.ts'
import type { Clouds } from './clouds.ts'

/**
 * Keys of Keyferry's own pod or node, from where the SDKs of AWS look in a cluster, in their order: the web identity
 * that the pod was given (IRSA), the container credentials endpoint (EKS Pod Identity, ECS), the metadata of the
 * instance.
 */
export function ambientKeys(
  region: string | undefined,
  clouds: Clouds,
  signal: AbortSignal,
): Promise<CloudGrant<AwsKeys>> {
  const roleArn = clouds.variable('AWS_ROLE_ARN')
  if (roleArn !== undefined && clouds.variable('AWS_WEB_IDENTITY_TOKEN_FILE') !== undefined)
    return ownRole(roleArn, region, clouds, signal)
  const uri = clouds.variable('AWS_CONTAINER_CREDENTIALS_FULL_URI')
  const relative = clouds.variable('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI')
  if (relative !== undefined) return containerKeys(`http://169.254.170.2${relative}`, clouds, signal)
  return uri === undefined ? instanceKeys(clouds, signal) : containerKeys(uri, clouds, signal)
}

async function ownRole(
  roleArn: string,
  region: string | undefined,
  clouds: Clouds,
  signal: AbortSignal,
): Promise<CloudGrant<AwsKeys>> {
  const webIdentityToken = await clouds.projectedFile('AWS_WEB_IDENTITY_TOKEN_FILE', signal)
  return assumeRole({ roleArn, sessionName: 'own', webIdentityToken, region }, clouds, signal)
}

/** AWS SDKs and Tools Reference Guide, "Container credential provider". */
async function containerKeys(uri: string, clouds: Clouds, signal: AbortSignal): Promise<CloudGrant<AwsKeys>> {
  const what = 'get keys from the AWS container credentials endpoint'
  const url = URL.parse(uri)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw failure('AuthFailed', `Cannot ${what}: its variable holds no URL`)
  const authorization = await containerAuthorization(clouds, signal)
  const headers = authorization === undefined ? {} : { authorization: authorization.reveal() }
  const answer = await clouds.http.ask({ what, method: 'GET', url, headers, isLocal: true, signal })
  return keysIn(answer, what, clouds.clock.now())
}

async function containerAuthorization(clouds: Clouds, signal: AbortSignal): Promise<Redacted | undefined> {
  const name = 'AWS_CONTAINER_AUTHORIZATION_TOKEN'
  if (clouds.variable(`${name}_FILE`) !== undefined) return clouds.projectedFile(`${name}_FILE`, signal)
  const token = clouds.variable(name)
  return token === undefined ? undefined : new Redacted(token)
}

/** Amazon EC2 User Guide, "Use IMDSv2": a session token first, then the role's name, then its keys. */
async function instanceKeys(clouds: Clouds, signal: AbortSignal): Promise<CloudGrant<AwsKeys>> {
  const what = 'get keys from the AWS instance metadata'
  const at = (path: string) => new URL(`/latest/${path}`, clouds.addresses.awsMetadata)
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' }
  const shared = { what, isLocal: true, signal }
  const session = await clouds.http.ask({ ...shared, method: 'PUT', url: at('api/token'), headers: ttl })
  if (session.status !== 200) throw refused(what, session)
  const headers = { 'x-aws-ec2-metadata-token': session.text.trim() }
  const credentials = 'meta-data/iam/security-credentials/'
  const roles = await clouds.http.ask({ ...shared, method: 'GET', url: at(credentials), headers })
  const [role = ''] = roles.text.trim().split('\n')
  if (roles.status !== 200 || !/^[\w+=,.@-]{1,64}$/.test(role)) throw refused(what, roles)
  const answer = await clouds.http.ask({ ...shared, method: 'GET', url: at(credentials + role), headers })
  return keysIn(answer, what, clouds.clock.now())
}

function refused(what: string, { status }: CloudAnswer) {
  const next = 'check that the node or pod has an IAM role, and that pods may reach it (hop limit 2)'
  return failure('AuthFailed', `Cannot ${what}: status is ${status}; ${next}`)
}

function keysIn(answer: CloudAnswer, what: string, nowMs: number): CloudGrant<AwsKeys> {
  if (answer.status !== 200) throw refused(what, answer)
  const fields = fieldsOf(answer.text)
  const field = (name: string) => {
    const value = fields[name]
    if (typeof value === 'string' && value !== '') return value
    throw failure('UnexpectedResponse', `Cannot ${what}: the answer holds no ${name}`)
  }
  const keys = {
    accessKeyId: field('AccessKeyId'),
    secretAccessKey: new Redacted(field('SecretAccessKey')),
    sessionToken: new Redacted(field('Token')),
  }
  const endMs = Date.parse(field('Expiration'))
  return { value: new Redacted(keys), expiresAtMs: Number.isNaN(endMs) ? nowMs : endMs }
}
