import type { AzureAuth } from '../api/akeyless-spec.ts'
import { failure } from '../api/reason.ts'
import type { ServiceAccountSelector } from '../api/reference.ts'
import { checkAccessId } from './access-id.ts'
import { demandAmbient } from './ambient.ts'
import type { AuthOptions } from './auth-options.ts'
import { type AzureCloud, azureCloudOf } from './azure-cloud.ts'
import { entraToken } from './azure-entra.ts'
import { ambientAzureToken } from './azure-metadata.ts'
import type { CloudGrant } from './cloud-tokens.ts'
import type { Identity, SecretMethod } from './identity.ts'
import { type TokenSource, tokenSource } from './service-account-token.ts'

/** Annotations of Azure Workload Identity, "Service account labels and annotations". */
const clientAnnotation = 'azure.workload.identity/client-id'
const tenantAnnotation = 'azure.workload.identity/tenant-id'
const exchangeAudience = 'api://AzureADTokenExchange'

const hint =
  'check the access id and the bounds of the Azure AD auth method (tenant, service principal, audience and issuer)'

/** Azure AD: the federated identity of a ServiceAccount, or the identity of Keyferry's own pod or node. */
export function azure(auth: AzureAuth, path: string, options: AuthOptions): Identity {
  const accessId = checkAccessId(auth.accessID, `${path}.accessID`)
  const { serviceAccountRef: ref, clientID, tenantID, objectID } = auth
  const cloud = auth.cloud ?? azureCloudOf(options.clouds.env)
  if (ref !== undefined && objectID !== undefined)
    throw failure(
      'InvalidSpec',
      `Cannot use ${path}.objectID beside serviceAccountRef; name a clientID instead`,
    )
  const ids = {
    clientId: checked(clientID, `${path}.clientID`),
    objectId: checked(objectID, `${path}.objectID`),
  }
  const holder =
    ref === undefined
      ? ambient({ path, cloud, idKey: Object.values(ids), ids: async () => ids }, options)
      : federated(
          ref,
          {
            path,
            cloud,
            tenantId: tenantID,
            clientKey: [clientID ?? ''],
            clientId: async () => ids.clientId,
          },
          options,
        )
  return identityOf(accessId, cloud, holder, options)
}

/**
 * The access type `azure_ad` of secretRef, as ESO has it: beside a ServiceAccount the parameter is a client ID that an
 * annotation overrides; without one it is the object ID of a managed identity.
 */
export const azureBySecrets: SecretMethod = (login, options) => {
  const { accessId, serviceAccountRef: ref, parameter, path } = login
  const cloud = azureCloudOf(options.clouds.env)
  const idKey = [parameter?.digest ?? '']
  const at = `${path}.secretRef.accessTypeParam`
  const id = async (signal: AbortSignal) => checked((await parameter?.value(signal))?.reveal(), at)
  const holder =
    ref === undefined
      ? ambient({ path, cloud, idKey, ids: async (signal) => ({ objectId: await id(signal) }) }, options)
      : federated(ref, { path, cloud, clientKey: idKey, clientId: id, prefersAnnotation: true }, options)
  return identityOf(accessId, cloud, holder, options)
}

/** Somebody who gets tokens for Azure Resource Manager. */
interface TokenHolder {
  readonly key: readonly string[]
  readonly title: string
  request(signal: AbortSignal): Promise<CloudGrant<string>>
}

function identityOf(
  accessId: string,
  cloud: AzureCloud,
  holder: TokenHolder,
  { clouds: { tokens } }: AuthOptions,
): Identity {
  const { key, title } = holder
  return {
    method: 'azure_ad',
    accessId,
    key: ['azure_ad', accessId, ...key],
    title,
    hint,
    async credentials(signal) {
      const { value } = await tokens.get(key, () => holder.request(signal), signal)
      const body = {
        'access-id': accessId,
        'access-type': 'azure_ad',
        'cloud-id': Buffer.from(value.reveal()).toString('base64'),
        ...(cloud !== 'AzureCloud' && { 'azure-cloud': cloud }),
      }
      return { body, refused: () => tokens.drop(key) }
    },
  }
}

interface FederatedOptions {
  readonly path: string
  readonly cloud: AzureCloud
  readonly tenantId?: string | undefined
  /** Stands for the client ID in cache keys. */
  readonly clientKey: readonly string[]
  readonly clientId: (signal: AbortSignal) => Promise<string | undefined>
  readonly prefersAnnotation?: boolean
}

function federated(ref: ServiceAccountSelector, given: FederatedOptions, options: AuthOptions): TokenHolder {
  const { cloud, path, clientKey } = given
  const at = `${path}.serviceAccountRef`
  const source = tokenSource(ref, at, options, () => [
    ...new Set([...(ref.audiences ?? []), exchangeAudience]),
  ])
  const annotated = checked(source.annotations[clientAnnotation], `${clientAnnotation} of ${source.title}`)
  const tenantId = tenantOf(source, given, options)
  return {
    key: ['azure federated', cloud, tenantId, annotated ?? '', ...clientKey, ...source.key],
    title: `${source.title}, tenant "${tenantId}"`,
    async request(signal) {
      const named = await given.clientId(signal)
      const clientId = given.prefersAnnotation === true ? (annotated ?? named) : (named ?? annotated)
      if (clientId === undefined)
        throw failure(
          'InvalidSpec',
          `Cannot log in: ${source.title} (${at}) has no annotation ${clientAnnotation}`,
        )
      const assertion = await source.token(signal)
      return entraToken({ cloud, tenantId, clientId, assertion }, options.clouds, signal)
    },
  }
}

/** The tenant: as the store names it, as the ServiceAccount does, or that of Keyferry's own pod, as ESO has it. */
function tenantOf(
  { annotations, title }: TokenSource,
  { tenantId, path }: FederatedOptions,
  { clouds }: AuthOptions,
): string {
  const tenant = tenantId ?? annotations[tenantAnnotation] ?? clouds.variable('AZURE_TENANT_ID')
  if (tenant === undefined)
    throw failure(
      'InvalidSpec',
      `Cannot log in: ${title} (${path}.serviceAccountRef) has no annotation ${tenantAnnotation}`,
    )
  if (/^[0-9A-Za-z](-?\.?[0-9A-Za-z])*$/.test(tenant) && tenant.length <= 253) return tenant
  throw failure(
    'InvalidSpec',
    `Cannot use the tenant ID of ${title} (${path}): it is neither a GUID nor a domain`,
  )
}

interface AmbientOptions {
  readonly path: string
  readonly cloud: AzureCloud
  readonly idKey: readonly (string | undefined)[]
  readonly ids: (
    signal: AbortSignal,
  ) => Promise<{ clientId?: string | undefined; objectId?: string | undefined }>
}

function ambient({ path, cloud, idKey, ids }: AmbientOptions, options: AuthOptions): TokenHolder {
  demandAmbient(options, path, `name a serviceAccountRef with the annotation ${clientAnnotation}`)
  return {
    key: ['azure ambient', cloud, ...idKey.map((it) => it ?? '')],
    title: "the Azure identity of Keyferry's own pod or node",
    request: async (signal) => ambientAzureToken({ cloud, ...(await ids(signal)) }, options.clouds, signal),
  }
}

/** Checks the ID of a client or object; throws InvalidSpec, and never shows what may be a key put there. */
function checked(id: string | undefined, path: string): string | undefined {
  if (id === undefined || id === '') return undefined
  if (/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(id)) return id
  throw failure('InvalidSpec', `Cannot use ${path}: it is not the ID of a client or object, which is a GUID`)
}
