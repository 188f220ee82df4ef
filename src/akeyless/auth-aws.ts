import type { AwsAuth } from '../api/akeyless-spec.ts'
import { failure } from '../api/reason.ts'
import type { ServiceAccountSelector } from '../api/reference.ts'
import type { Redacted } from '../std/redacted.ts'
import { checkAccessId } from './access-id.ts'
import { demandAmbient } from './ambient.ts'
import type { AuthOptions } from './auth-options.ts'
import { callerIdentityCloudId } from './aws-caller-identity.ts'
import { ambientKeys } from './aws-metadata.ts'
import { checkRegion, checkRoleArn } from './aws-region.ts'
import type { AwsKeys } from './aws-signature.ts'
import { assumeRole } from './aws-sts.ts'
import type { CloudGrant } from './cloud-tokens.ts'
import type { Source } from './held-value.ts'
import type { Identity, SecretMethod } from './identity.ts'
import { secretSource } from './secret-source.ts'
import { tokenSource } from './service-account-token.ts'

/** Annotations of Amazon EKS, "Assign IAM roles to Kubernetes service accounts". */
const roleAnnotation = 'eks.amazonaws.com/role-arn'
const audienceAnnotation = 'eks.amazonaws.com/audience'
const defaultAudience = 'sts.amazonaws.com'

const hint =
  'check the access id and the bounds of the AWS IAM auth method (account, role ARN), and that its STS URL fits the region'

/** AWS IAM: a role by IRSA, keys from Secrets, or the role of Keyferry's own pod or node. */
export async function aws(auth: AwsAuth, path: string, options: AuthOptions): Promise<Identity> {
  const accessId = checkAccessId(auth.accessID, `${path}.accessID`)
  const region = checkRegion(auth.region, `${path}.region`)
  return identityOf(accessId, region, await holderOf(auth, path, region, options), options)
}

/** The access type `aws_iam` of secretRef; its parameter has no meaning. */
export const awsBySecrets: SecretMethod = (login, options) => {
  const { accessId, serviceAccountRef, path } = login
  const holder =
    serviceAccountRef === undefined
      ? ambient(path, undefined, options)
      : roleOf(serviceAccountRef, { path, region: undefined }, options)
  return identityOf(accessId, undefined, holder, options)
}

/** Somebody who holds AWS keys. */
interface KeyHolder {
  readonly key: readonly string[]
  readonly title: string
  keys(signal: AbortSignal): Promise<AwsKeys>
  forget?(): void
}

function identityOf(
  accessId: string,
  region: string | undefined,
  holder: KeyHolder,
  { clouds }: AuthOptions,
): Identity {
  return {
    method: 'aws_iam',
    accessId,
    key: ['aws_iam', accessId, region ?? '', ...holder.key],
    title: holder.title,
    hint,
    async credentials(signal) {
      const keys = await holder.keys(signal)
      const origin = clouds.addresses.sts(region)
      const cloudId = callerIdentityCloudId(keys, { origin, region, atMs: clouds.clock.now() })
      const refused = () => holder.forget?.()
      return { body: { 'access-id': accessId, 'access-type': 'aws_iam', 'cloud-id': cloudId }, refused }
    },
  }
}

async function holderOf(
  auth: AwsAuth,
  path: string,
  region: string | undefined,
  options: AuthOptions,
): Promise<KeyHolder> {
  const { serviceAccountRef, secretRef, roleARN } = auth
  if (serviceAccountRef !== undefined && secretRef !== undefined)
    throw failure('InvalidSpec', `Cannot log in: ${path} takes serviceAccountRef or secretRef, not both`)
  if (serviceAccountRef !== undefined) return roleOf(serviceAccountRef, { path, region, roleARN }, options)
  if (roleARN !== undefined)
    throw failure('InvalidSpec', `Cannot use ${path}.roleARN: it needs a serviceAccountRef`)
  return secretRef === undefined
    ? ambient(path, region, options)
    : staticKeys(secretRef, `${path}.secretRef`, options)
}

interface RoleOptions {
  readonly path: string
  readonly region: string | undefined
  readonly roleARN?: string | undefined
}

function roleOf(
  ref: ServiceAccountSelector,
  { path, region, roleARN }: RoleOptions,
  options: AuthOptions,
): KeyHolder {
  const { clouds } = options
  const at = `${path}.serviceAccountRef`
  const source = tokenSource(ref, at, options, (annotations) =>
    ref.audiences === undefined || ref.audiences.length === 0
      ? [annotations[audienceAnnotation] ?? defaultAudience]
      : ref.audiences,
  )
  const named = roleARN ?? source.annotations[roleAnnotation]
  if (named === undefined)
    throw failure('InvalidSpec', `Cannot log in: ${source.title} (${at}) has no annotation ${roleAnnotation}`)
  const roleArn = checkRoleArn(
    named,
    roleARN === undefined ? `${roleAnnotation} of ${source.title}` : `${path}.roleARN`,
  )
  const key = ['aws role', roleArn, region ?? '', ...source.key]
  const request = async (signal: AbortSignal) => {
    const webIdentityToken = await source.token(signal)
    return assumeRole({ roleArn, sessionName: source.name, webIdentityToken, region }, clouds, signal)
  }
  return kept(key, `${source.title}, role "${roleArn}"`, request, options)
}

function ambient(path: string, region: string | undefined, options: AuthOptions): KeyHolder {
  demandAmbient(
    options,
    path,
    `name a serviceAccountRef with the annotation ${roleAnnotation}, or keys in secretRef`,
  )
  const request = (signal: AbortSignal) => ambientKeys(region, options.clouds, signal)
  return kept(
    ['aws ambient', region ?? ''],
    "the AWS identity of Keyferry's own pod or node",
    request,
    options,
  )
}

/** Temporary keys serve every login until their end. */
function kept(
  key: readonly string[],
  title: string,
  request: (signal: AbortSignal) => Promise<CloudGrant<AwsKeys>>,
  { clouds: { awsKeys } }: AuthOptions,
): KeyHolder {
  return {
    key,
    title,
    keys: async (signal) => (await awsKeys.get(key, () => request(signal), signal)).value.reveal(),
    forget: () => awsKeys.drop(key),
  }
}

async function staticKeys(
  ref: NonNullable<AwsAuth['secretRef']>,
  path: string,
  { references, digests, signal }: AuthOptions,
): Promise<KeyHolder> {
  const held = (source: Source) => digests.ofValue(source, references, signal)
  const id = await held(secretSource(ref.accessKeyID, `${path}.accessKeyID`))
  const secret = await held(secretSource(ref.secretAccessKey, `${path}.secretAccessKey`))
  const token = ref.sessionToken && (await held(secretSource(ref.sessionToken, `${path}.sessionToken`)))
  return {
    key: ['aws keys', id.digest, secret.digest, token?.digest ?? ''],
    title: 'AWS access key',
    async keys(signal) {
      const accessKeyId = checkKeyId(await id.value(signal), `${path}.accessKeyID`)
      const secretAccessKey = await secret.value(signal)
      const sessionToken = await token?.value(signal)
      return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
    },
  }
}

/** The ID becomes part of a header; what was put there by mistake is not shown. */
function checkKeyId(id: Redacted, path: string): string {
  if (/^\w{16,128}$/.test(id.reveal())) return id.reveal()
  throw failure('InvalidSpec', `Cannot use ${path}: its Secret holds no AWS access key ID`)
}
