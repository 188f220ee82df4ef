import { failure } from '../api/reason.ts'
import { type AzureCloud, azureResource } from './azure-cloud.ts'
import { azureGrant, entraToken } from './azure-entra.ts'
import type { CloudGrant } from './cloud-tokens.ts'
import type { Clouds } from './clouds.ts'

export interface ManagedIdentity {
  readonly cloud: AzureCloud
  /** One of these where the machine has more than one identity. */
  readonly objectId?: string | undefined
  readonly clientId?: string | undefined
}

/**
 * A token of Keyferry's own pod or node: by the workload identity that the pod was given (its variables are those of
 * the Azure Workload Identity webhook), unless an object ID asks for a managed identity.
 */
export function ambientAzureToken(
  identity: ManagedIdentity,
  clouds: Clouds,
  signal: AbortSignal,
): Promise<CloudGrant<string>> {
  const tenantId = clouds.variable('AZURE_TENANT_ID')
  const clientId = identity.clientId ?? clouds.variable('AZURE_CLIENT_ID')
  const hasFile = clouds.variable('AZURE_FEDERATED_TOKEN_FILE') !== undefined
  if (identity.objectId !== undefined || !hasFile || tenantId === undefined || clientId === undefined)
    return managedIdentityToken(identity, clouds, signal)
  return ownToken({ cloud: identity.cloud, tenantId, clientId }, clouds, signal)
}

async function ownToken(
  client: { cloud: AzureCloud; tenantId: string; clientId: string },
  clouds: Clouds,
  signal: AbortSignal,
): Promise<CloudGrant<string>> {
  const assertion = await clouds.projectedFile('AZURE_FEDERATED_TOKEN_FILE', signal)
  return entraToken({ ...client, assertion }, clouds, signal)
}

/** Microsoft Entra, "Use managed identities on a virtual machine to acquire access token", by HTTP. */
async function managedIdentityToken(
  { cloud, objectId, clientId }: ManagedIdentity,
  clouds: Clouds,
  signal: AbortSignal,
): Promise<CloudGrant<string>> {
  const what = 'get a token from the Azure instance metadata (IMDS)'
  const url = new URL('/metadata/identity/oauth2/token', clouds.addresses.azureMetadata)
  url.searchParams.set('api-version', '2018-02-01')
  url.searchParams.set('resource', azureResource(cloud))
  if (objectId !== undefined) url.searchParams.set('object_id', objectId)
  else if (clientId !== undefined) url.searchParams.set('client_id', clientId)
  const headers = { metadata: 'true' }
  const { status, text } = await clouds.http.ask({ what, method: 'GET', url, headers, isLocal: true, signal })
  if (status !== 200) {
    const next = 'check that the node has the managed identity, and name its object ID if it has several'
    throw failure('AuthFailed', `Cannot ${what}: status is ${status}; ${next}`)
  }
  return azureGrant(text, what, clouds.clock.now())
}
