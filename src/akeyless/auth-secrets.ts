import type { AccessSecretRef, AkeylessAuth } from '../api/akeyless-spec.ts'
import { failure } from '../api/reason.ts'
import { accessKey } from './auth-access-key.ts'
import { awsBySecrets } from './auth-aws.ts'
import { azureBySecrets } from './auth-azure.ts'
import { certBySecrets } from './auth-cert.ts'
import { gcpBySecrets } from './auth-gcp.ts'
import { jwtBySecrets } from './auth-jwt.ts'
import { kubernetesBySecrets } from './auth-kubernetes.ts'
import type { AuthOptions } from './auth-options.ts'
import { universalIdentityBySecrets } from './auth-universal-identity.ts'
import type { Identity, SecretMethod } from './identity.ts'
import { secretSource } from './secret-source.ts'

/** Access types of `secretRef`, by every word that manifests use. */
const methods: Readonly<Record<string, SecretMethod>> = {
  api_key: accessKey,
  access_key: accessKey,
  k8s: kubernetesBySecrets,
  azure_ad: azureBySecrets,
  aws_iam: awsBySecrets,
  gcp: gcpBySecrets,
  jwt: jwtBySecrets,
  cert: certBySecrets,
  universal_identity: universalIdentityBySecrets,
}

/** Access types that log in as the pod or node when no ServiceAccount stands beside them. */
const ambientTypes = new Set(['azure_ad', 'aws_iam', 'gcp'])

/** Who logs in by `secretRef`: access id, access type and its parameter, each in a Secret. */
export async function bySecrets(
  ref: AccessSecretRef,
  { serviceAccountRef }: Pick<AkeylessAuth, 'serviceAccountRef'>,
  path: string,
  options: AuthOptions,
): Promise<Identity> {
  const at = (field: string) => `${path}.secretRef.${field}`
  const { accessID, accessType, accessTypeParam } = ref
  const sources = {
    accessId: secretSource(accessID, at('accessID')),
    accessType: accessType === undefined ? undefined : secretSource(accessType, at('accessType')),
    // ESO's own types leave an empty selector behind where there is none.
    parameter:
      accessTypeParam?.name === undefined ? undefined : secretSource(accessTypeParam, at('accessTypeParam')),
  }
  const held = await options.digests.ofSecretLogin(sources, options.references, options.signal)
  const method = methodOf(held.accessType, at('accessType'))
  if (ambientTypes.has(held.accessType) && (serviceAccountRef === undefined || held.accessType === 'gcp'))
    demandNamespaces(ref, path, options)
  return method({ ...held, serviceAccountRef, path }, options)
}

function methodOf(accessType: string, path: string): SecretMethod {
  const method = Object.hasOwn(methods, accessType) ? methods[accessType] : undefined
  if (method !== undefined) return method
  const words = Object.keys(methods).join(', ')
  throw failure('InvalidSpec', `Cannot use ${path}: its Secret holds no access type; it takes ${words}`)
}

/** Otherwise whoever uses the ClusterSecretStore would choose what the identity of the pod or node logs in as. */
function demandNamespaces(ref: AccessSecretRef, path: string, { ambient }: AuthOptions): void {
  if (ambient !== 'allowed') return
  for (const [field, selector] of Object.entries(ref)) {
    if (selector.name === undefined || (selector.namespace ?? '') !== '') continue
    const why = `the cloud identity of Keyferry's own pod or node logs in with Secrets of one named namespace only`
    throw failure('InvalidSpec', `Cannot use ${path}.secretRef.${field}: it names no namespace, and ${why}`)
  }
}
