import type { GcpAuth } from '../api/akeyless-spec.ts'
import { failure } from '../api/reason.ts'
import { Redacted } from '../std/redacted.ts'
import { checkAccessId } from './access-id.ts'
import { demandAmbient } from './ambient.ts'
import type { AuthOptions } from './auth-options.ts'
import type { CloudGrant } from './cloud-tokens.ts'
import type { Clouds } from './clouds.ts'
import type { Identity, SecretMethod } from './identity.ts'
import { expiryOfJwt } from './jwt-expiry.ts'

const defaultAudience = 'akeyless.io'
const hint =
  'check the access id, and the audience and bounds of the GCP auth method (service account, project)'
const instead = 'give the namespace a way in of its own, such as kubernetesAuth or jwtAuth'

/** GCP: an identity token of Keyferry's own pod (workload identity) or node, from the metadata server. */
export function gcp(auth: GcpAuth, path: string, options: AuthOptions): Identity {
  const accessId = checkAccessId(auth.accessID, `${path}.accessID`)
  demandAmbient(options, path, instead)
  const audience = auth.audience ?? defaultAudience
  return identityOf(accessId, audience, async () => audience, options)
}

/** The access type `gcp` of secretRef: the parameter is the audience. */
export const gcpBySecrets: SecretMethod = ({ accessId, parameter, path }, options) => {
  demandAmbient(options, path, instead)
  const audience = async (signal: AbortSignal) =>
    (await parameter?.value(signal))?.reveal() || defaultAudience
  return identityOf(accessId, parameter?.digest ?? defaultAudience, audience, options)
}

function identityOf(
  accessId: string,
  audienceKey: string,
  audienceOf: (signal: AbortSignal) => Promise<string>,
  { clouds }: AuthOptions,
): Identity {
  const key = ['gcp ambient', audienceKey]
  return {
    method: 'gcp',
    accessId,
    key: ['gcp', accessId, ...key],
    title: "the Google identity of Keyferry's own pod or node",
    hint,
    async credentials(signal) {
      const audience = await audienceOf(signal)
      const { value } = await clouds.tokens.get(key, () => identityToken(audience, clouds, signal), signal)
      const cloudId = Buffer.from(value.reveal()).toString('base64')
      const body = {
        'access-id': accessId,
        'access-type': 'gcp',
        'cloud-id': cloudId,
        'gcp-audience': audience,
      }
      return { body, refused: () => clouds.tokens.drop(key) }
    },
  }
}

/** Compute Engine, "Verifying VM identity": an OIDC token for an audience, of the default service account. */
async function identityToken(
  audience: string,
  clouds: Clouds,
  signal: AbortSignal,
): Promise<CloudGrant<string>> {
  const what = 'get an identity token from the Google metadata server'
  const path = '/computeMetadata/v1/instance/service-accounts/default/identity'
  const url = new URL(path, clouds.addresses.gcpMetadata)
  url.searchParams.set('audience', audience)
  url.searchParams.set('format', 'full')
  const headers = { 'metadata-flavor': 'Google' }
  const answer = await clouds.http.ask({ what, method: 'GET', url, headers, isLocal: true, signal })
  if (answer.status !== 200) {
    const next = 'check that the pod runs as a ServiceAccount bound to a Google service account'
    throw failure('AuthFailed', `Cannot ${what}: status is ${answer.status}; ${next}`)
  }
  const jwt = answer.text.trim()
  if (answer.headers['metadata-flavor'] !== 'Google' || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt))
    throw failure('UnexpectedResponse', `Cannot ${what}: the answer is not from a metadata server`)
  return { value: new Redacted(jwt), expiresAtMs: expiryOfJwt(jwt) ?? 0 }
}
