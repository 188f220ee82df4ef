import type { KubernetesAuth } from '../api/akeyless-spec.ts'
import { failure } from '../api/reason.ts'
import { Redacted } from '../std/redacted.ts'
import { checkAccessId } from './access-id.ts'
import type { AuthOptions } from './digests.ts'
import type { Credentials, Identity } from './identity.ts'

/** Lifetime of a requested token: the least that the API server grants. */
const expirationSeconds = 600

const hint =
  'check the access id, the name of the auth config on the Gateway, the bounds of the auth method and that the ' +
  "Gateway's reviewer may create TokenReviews"

/** Kubernetes auth: the JWT of a ServiceAccount, requested anew for each login or taken from a Secret. */
export async function kubernetes(
  auth: KubernetesAuth,
  path: string,
  options: AuthOptions,
): Promise<Identity> {
  const accessId = checkAccessId(auth.accessID, `${path}.accessID`)
  const config = auth.k8sConfName
  const who = await jwtSource(auth, path, options)
  return {
    method: 'k8s',
    accessId,
    key: ['k8s', accessId, config, ...who.key],
    title: `${who.title}, auth config "${config}"`,
    hint,
    async credentials(signal) {
      const jwt = await who.jwt(signal)
      return { body: bodyOf(accessId, config, jwt.token), jwt }
    },
  }
}

interface JwtSource {
  readonly key: readonly string[]
  readonly title: string
  jwt(signal: AbortSignal): Promise<NonNullable<Credentials['jwt']>>
}

/** A ServiceAccount goes before a Secret when both are named, as ESO has it. */
async function jwtSource(auth: KubernetesAuth, path: string, options: AuthOptions): Promise<JwtSource> {
  if (auth.serviceAccountRef !== undefined) return byServiceAccount(auth.serviceAccountRef, path, options)
  if (auth.secretRef !== undefined) return bySecret(auth.secretRef, `${path}.secretRef`, options)
  throw failure('InvalidSpec', `Cannot log in: ${path} needs a serviceAccountRef or a secretRef`)
}

function byServiceAccount(
  ref: NonNullable<KubernetesAuth['serviceAccountRef']>,
  path: string,
  { references }: AuthOptions,
): JwtSource {
  const account = references.serviceAccount(ref, `${path}.serviceAccountRef`)
  const audiences = ref.audiences ?? []
  const { namespace, name, uid } = account
  return {
    key: ['ServiceAccount', namespace, name, uid, ...audiences],
    title: `ServiceAccount ${namespace}/${name}`,
    async jwt(signal) {
      const { token } = await account.token({ expirationSeconds, audiences, signal })
      return { token, audiences }
    },
  }
}

async function bySecret(
  ref: NonNullable<KubernetesAuth['secretRef']>,
  path: string,
  { references, digests, signal }: AuthOptions,
): Promise<JwtSource> {
  if (ref.name === undefined) throw failure('InvalidSpec', `Cannot log in: ${path} names no Secret`)
  const source = { selector: { ...ref, name: ref.name, key: ref.key ?? 'token' }, path }
  const held = await digests.ofValue(source, references, signal)
  return {
    key: ['JWT', held.digest],
    title: `the JWT of Secret "${ref.name}"`,
    jwt: async (signal) => ({ token: await held.value(signal), audiences: [] }),
  }
}

/** The body of /auth; the JWT goes out in base64, as every known client sends it. */
function bodyOf(accessId: string, config: string, jwt: Redacted): Readonly<Record<string, string>> {
  return {
    'access-id': accessId,
    'access-type': 'k8s',
    'k8s-auth-config-name': config,
    'k8s-service-account-token': Buffer.from(jwt.reveal()).toString('base64'),
  }
}
