import type { CloudOptions } from '../../src/akeyless/clouds.ts'
import { selfSigned } from '../fakes/akeyless/certificates.ts'
import type { AkeylessState } from '../fakes/akeyless/state.ts'
import { type EntraStandIn, startEntra } from '../fakes/entra/entra.ts'
import { createIssuer, type Issuers, type JwtIssuer } from '../fakes/jwt.ts'
import { type MetadataStandIn, startMetadata } from '../fakes/metadata/metadata.ts'
import { type StsStandIn, startSts } from '../fakes/sts/sts.ts'

export const roleArn = 'arn:aws:iam::123456789012:role/shop'
export const tenantId = '11111111-1111-4111-8111-111111111111'
export const clientId = '22222222-2222-4222-8222-222222222222'
export const otherClientId = '44444444-4444-4444-8444-444444444444'
export const objectId = '00000000-0000-4000-8000-000000000001'

/** Stand-ins for the services of three clouds, STS and Entra by HTTPS, and how Keyferry is told of them. */
export interface CloudWorld extends AsyncDisposable {
  readonly sts: StsStandIn
  readonly entra: EntraStandIn
  readonly metadata: MetadataStandIn
  /** Issues the tokens of ServiceAccounts where no API server does. */
  readonly issuer: JwtIssuer
  readonly caPem: string
  readonly options: CloudOptions & { readonly addresses: object; readonly caPem: string }
  /** Auth methods `p-aws`, `p-azure` and `p-gcp` that trust these clouds and may read `/cloud/*`. */
  seed(state: AkeylessState, path?: string): void
}

/** Starts them; `issuers` are those that STS and Entra know beside the world's own. */
export async function startCloudWorld(issuers: Issuers = new Map()): Promise<CloudWorld> {
  const { certificatePem: cert, privateKeyPem: key } = await selfSigned()
  const issuer = createIssuer('https://issuer.cluster.test')
  const known = new Map([...issuers, [issuer.issuer, issuer.keys] as const])
  const [sts, entra, metadata] = await Promise.all([
    startSts({ tls: { cert, key }, issuers: known }),
    startEntra({ tls: { cert, key }, issuers: known }),
    startMetadata(),
  ])
  const addresses = {
    sts: () => sts.url,
    entra: () => entra.url,
    awsMetadata: metadata.url,
    azureMetadata: metadata.url,
    gcpMetadata: metadata.url,
  }
  return {
    sts,
    entra,
    metadata,
    issuer,
    caPem: cert,
    options: { addresses, caPem: cert },
    seed: (state, path = '/cloud/*') => seed(state, path, { sts, entra, metadata, caPem: cert }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([sts, entra, metadata].map((it) => it[Symbol.asyncDispose]()))
    },
  }
}

function seed(
  state: AkeylessState,
  path: string,
  { sts, entra, metadata, caPem }: Pick<CloudWorld, 'sts' | 'entra' | 'metadata' | 'caPem'>,
): void {
  const boundArns = ['arn:aws:sts::123456789012:assumed-role/shop/*', 'arn:aws:iam::123456789012:user/app']
  state.authMethod({ type: 'aws_iam', accessId: 'p-aws', stsOrigins: [sts.url], caPem, boundArns })
  const azureKeys = [...entra.issuer.keys, ...metadata.azure.issuer.keys]
  const oids = [`oid-${clientId}`, `oid-${otherClientId}`, objectId]
  state.authMethod({
    type: 'azure_ad',
    accessId: 'p-azure',
    issuers: new Map([[entra.issuer.issuer, azureKeys]]),
    audience: 'https://management.azure.com/',
    bounds: { oid: oids },
  })
  const { issuer, email } = metadata.google ?? { issuer: entra.issuer, email: '' }
  state.authMethod({
    type: 'gcp',
    accessId: 'p-gcp',
    issuers: new Map([[issuer.issuer, issuer.keys]]),
    audience: 'akeyless.io',
    bounds: { email: [email] },
  })
  for (const accessId of ['p-aws', 'p-azure', 'p-gcp'])
    state.role({ accessId, rules: [{ path, capabilities: ['read', 'list'] }] })
}
