import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'
import { type AzureCloud, azureResource } from './azure-cloud.ts'
import { fieldsOf } from './cloud-http.ts'
import type { CloudGrant } from './cloud-tokens.ts'
import type { Clouds } from './clouds.ts'

export interface AssertionRequest {
  readonly cloud: AzureCloud
  readonly tenantId: string
  readonly clientId: string
  /** A JWT of an issuer that a federated credential of the client names. */
  readonly assertion: Redacted
}

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * An access token for Azure Resource Manager by a client assertion (Microsoft identity platform, "client credentials
 * flow", third case: access token request with a federated credential); throws AuthFailed when refused.
 */
export async function entraToken(
  request: AssertionRequest,
  clouds: Clouds,
  signal: AbortSignal,
): Promise<CloudGrant<string>> {
  const { cloud, tenantId, clientId, assertion } = request
  const url = new URL(`/${tenantId}/oauth2/v2.0/token`, clouds.addresses.entra(cloud))
  const what = `get a token for client "${clientId}" of tenant "${tenantId}" at Entra "${url.host}"`
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    scope: `${azureResource(cloud)}.default`,
    client_assertion_type: assertionType,
    client_assertion: assertion.reveal(),
  })
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
  const body = form.toString()
  const { status, text } = await clouds.http.ask({ what, method: 'POST', url, headers, body, signal })
  if (status !== 200) throw refusal(what, status, text)
  return azureGrant(text, what, clouds.clock.now())
}

/** Numbers of errors (Microsoft Entra, "AADSTS error codes") that a federated credential meets. */
const refusals: Readonly<Record<number, string>> = {
  70021:
    'no federated credential of the client matches the ServiceAccount; check issuer, subject and audience',
  700016: 'the client is not in this tenant; check client ID and tenant ID',
  700211: 'no federated credential of the client names the issuer of this cluster',
  700212: 'no federated credential of the client names the audience api://AzureADTokenExchange',
  700213: 'no federated credential of the client names this ServiceAccount as its subject',
  700024: 'the assertion is not valid now; check the clocks',
  90002: 'there is no such tenant; check the tenant ID',
  500011: 'the tenant does not know Azure Resource Manager; check the cloud',
}

function refusal(what: string, status: number, text: string): Failure {
  const { error_codes: codes } = fieldsOf(text)
  const code: unknown = Array.isArray(codes) ? codes[0] : undefined
  const known = typeof code === 'number' && Number.isSafeInteger(code) ? code : undefined
  const words = known === undefined ? undefined : refusals[known]
  const shown = known === undefined ? '' : ` (AADSTS${known})`
  const next = words ?? 'check the client and its federated credentials'
  return failure('AuthFailed', `Cannot ${what}: status is ${status}${shown}; ${next}`)
}

/** The token in an answer of Entra or of the managed identity endpoint, which spells its numbers as text. */
export function azureGrant(text: string, what: string, nowMs: number): CloudGrant<string> {
  const { access_token: token, expires_in: seconds } = fieldsOf(text)
  if (typeof token !== 'string' || token === '')
    throw failure('UnexpectedResponse', `Cannot ${what}: the answer holds no access token`)
  const lifetime = Number(seconds)
  return { value: new Redacted(token), expiresAtMs: nowMs + (lifetime > 0 ? lifetime * 1000 : 0) }
}
