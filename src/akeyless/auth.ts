import type { AkeylessProvider } from '../api/akeyless-spec.ts'
import { failure } from '../api/reason.ts'
import { accessKey } from './auth-access-key.ts'
import { kubernetes } from './auth-kubernetes.ts'
import type { AuthOptions } from './digests.ts'
import type { Identity, SecretMethod, Source } from './identity.ts'

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
