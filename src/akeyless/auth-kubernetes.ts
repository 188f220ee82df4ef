import type { KubernetesAuth } from '../api/akeyless-spec.ts'
import { failure } from '../api/reason.ts'
import type { ServiceAccountSelector } from '../api/reference.ts'
import type { Redacted } from '../std/redacted.ts'
import { checkAccessId } from './access-id.ts'
import type { AuthOptions } from './auth-options.ts'
import type { Credentials, Identity, SecretMethod } from './identity.ts'
import { secretSource } from './secret-source.ts'
import { tokenSource } from './service-account-token.ts'

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
  const given = { key: config, title: `${who.title}, auth config "${config}"`, config: async () => config }
  return identityOf(accessId, given, who)
}

/**
 * The access type `k8s` of secretRef: the parameter is the name of the auth config. ESO logged in by the token of its
 * own pod here; ours goes to the API server and nowhere else, so a ServiceAccount must be named.
 */
export const kubernetesBySecrets: SecretMethod = (
  { accessId, parameter, serviceAccountRef, path },
  options,
) => {
  const at = `Cannot log in by access type k8s`
  if (parameter === undefined) {
    const next = `${path}.secretRef.accessTypeParam must name the auth config of the Gateway`
    throw failure('InvalidSpec', `${at}: ${next}`)
  }
  if (serviceAccountRef === undefined) {
    const next = `name a ServiceAccount in ${path}.serviceAccountRef, or write ${path}.kubernetesAuth instead`
    throw failure('InvalidSpec', `${at}: the token of Keyferry's own pod is not lent; ${next}`)
  }
  const who = byServiceAccount(serviceAccountRef, path, options)
  const config = async (signal: AbortSignal) => (await parameter.value(signal)).reveal()
  return identityOf(accessId, { key: parameter.digest, title: who.title, config }, who)
}

interface Config {
  /** Stands for the name in cache keys. */
  readonly key: string
  readonly title: string
  readonly config: (signal: AbortSignal) => Promise<string>
}

function identityOf(accessId: string, { key, title, config }: Config, who: JwtSource): Identity {
  return {
    method: 'k8s',
    accessId,
    key: ['k8s', accessId, key, ...who.key],
    group: key,
    title,
    hint,
    async credentials(signal) {
      const jwt = await who.jwt(signal)
      return { body: bodyOf(accessId, await config(signal), jwt.token), jwt }
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

function byServiceAccount(ref: ServiceAccountSelector, path: string, options: AuthOptions): JwtSource {
  const source = tokenSource(ref, `${path}.serviceAccountRef`, options)
  const { key, title, audiences } = source
  return { key, title, jwt: async (signal) => ({ token: await source.token(signal), audiences }) }
}

async function bySecret(
  ref: NonNullable<KubernetesAuth['secretRef']>,
  path: string,
  { references, digests, signal }: AuthOptions,
): Promise<JwtSource> {
  const source = secretSource(ref, path, 'token')
  const held = await digests.ofValue(source, references, signal)
  return {
    key: ['JWT', held.digest],
    title: `the JWT of Secret "${source.selector.name}"`,
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
