import type { AkeylessProvider } from '../api/akeyless-spec.ts'
import { failure } from '../api/reason.ts'
import type { Redacted } from '../std/redacted.ts'
import type { KeySelector, References } from '../store/provider.ts'
import { accessKey } from './auth-access-key.ts'
import { kubernetes } from './auth-kubernetes.ts'
import type { Digests } from './digests.ts'

/** What is sent to /auth once; never kept. */
export interface Credentials {
  readonly body: Readonly<Record<string, string>>
  /** The JWT in it, for a TokenReview of our own when the login is refused. */
  readonly jwt?: { readonly token: Redacted; readonly audiences: readonly string[] }
}

/** Who a store logs in as. Two identities with equal keys hold the same credential, and so may share one login. */
export interface Identity {
  readonly method: string
  readonly accessId: string
  readonly key: readonly string[]
  /** Who that is, for messages: `ServiceAccount shop/app, auth config "prod"`. */
  readonly title: string
  /** What to look at when the login is refused. */
  readonly hint: string
  credentials(signal: AbortSignal): Promise<Credentials>
}

export interface AuthOptions {
  readonly references: References
  readonly digests: Digests
  readonly signal: AbortSignal
}

/** An access type of `secretRef`: from its parameter to an identity. */
export interface SecretMethod {
  /** Spelled as /auth wants it. */
  readonly accessType: string
  identify(login: SecretLogin): Identity
}

/** What the Secrets of `secretRef` hold, with a digest in place of the parameter, and a way to read it. */
export interface SecretLogin {
  readonly accessId: string
  readonly digest: string
  /** The parameter, read live; throws AuthFailed when it is no longer what the digest was made of. */
  readonly parameter: (signal: AbortSignal) => Promise<Redacted>
}

/** Access types of `secretRef`, by every word that manifests use. */
const secretMethods: Readonly<Record<string, SecretMethod>> = { api_key: accessKey, access_key: accessKey }

/** Access types that Akeyless has and this version does not serve. */
const later = new Set(['azure_ad', 'aws_iam', 'gcp', 'jwt', 'cert', 'universal_identity'])

const root = 'spec.provider.akeyless.authSecretRef'

/**
 * Finds out who a store logs in as, from its spec and the versions of the objects it names; reads a Secret only when
 * its version is new. Throws what References throws, and InvalidSpec for what cannot be used.
 */
export async function identify(spec: AkeylessProvider, options: AuthOptions): Promise<Identity> {
  const { kubernetesAuth, secretRef } = spec.authSecretRef
  if (kubernetesAuth !== undefined) return kubernetes(kubernetesAuth, `${root}.kubernetesAuth`, options)
  if (secretRef === undefined)
    throw failure('InvalidSpec', `Cannot log in: ${root} needs kubernetesAuth or secretRef`)
  return bySecrets(secretRef, options)
}

async function bySecrets(
  ref: NonNullable<AkeylessProvider['authSecretRef']['secretRef']>,
  { references, digests, signal }: AuthOptions,
): Promise<Identity> {
  const sources = {
    accessId: source(ref.accessID, 'accessID'),
    accessType: ref.accessType === undefined ? undefined : source(ref.accessType, 'accessType'),
    parameter: source(ref.accessTypeParam, 'accessTypeParam'),
  }
  const held = await digests.ofSecretLogin(sources, references, signal)
  return methodOf(held.accessType).identify(held)
}

/** A selector of `secretRef` with the path it stands at. */
export interface Source {
  readonly selector: KeySelector
  readonly path: string
}

function source(
  selector: { name?: string; namespace?: string; key?: string } | undefined,
  field: string,
): Source {
  const path = `${root}.secretRef.${field}`
  if (selector?.name === undefined) throw failure('InvalidSpec', `Cannot log in: ${path} names no Secret`)
  return { selector: { ...selector, name: selector.name }, path }
}

function methodOf(accessType: string): SecretMethod {
  const method = Object.hasOwn(secretMethods, accessType) ? secretMethods[accessType] : undefined
  if (method !== undefined) return method
  const at = `Cannot use ${root}.secretRef.accessType`
  if (accessType === 'k8s')
    throw failure('InvalidSpec', `${at}: for k8s write ${root}.kubernetesAuth instead`)
  if (later.has(accessType))
    throw failure('InvalidSpec', `${at}: access type ${accessType} is not supported yet`)
  throw failure('InvalidSpec', `${at}: its Secret holds no access type; write access_key there`)
}
