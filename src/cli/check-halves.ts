import { certificateRequestKind } from '../api/certificaterequest.ts'
import { externalClusterIssuerKind, externalIssuerKind } from '../api/externalissuer.ts'
import { externalSecretKind } from '../api/externalsecret.ts'
import { clusterSecretStoreKind, secretStoreKind } from '../api/secretstore.ts'
import { certManagerVerdict } from '../check/definitions.ts'
import { reviewsThrough } from '../check/review.ts'
import { syncedVerdict } from '../check/synced.ts'
import { unguarded } from '../runtime/guard.ts'
import { createLog } from '../std/log.ts'
import { checkIssuers } from './check-issuers.ts'
import { externalSecretsRights, issuersRights } from './check-rights.ts'
import { checkStores } from './check-stores.ts'
import { definitionsOf, identityOf, rightsOf, type Walk } from './check-walk.ts'
import { newerFieldsOf } from './crd-fields.ts'
import { pagesOf } from './list-pages.ts'
import { urlRules } from './url-rules.ts'

/** The external-secrets half: its CRDs and rights, the stores, what the manager says of ExternalSecrets. */
export async function walkExternalSecrets(walk: Walk): Promise<void> {
  const { flags, api, legs, emit, signal, refusals } = walk
  const { client, transport } = api.half(flags.externalSecretsServiceAccount, unguarded(), signal)
  const ask = reviewsThrough(transport)
  const kinds = [
    externalSecretKind,
    secretStoreKind,
    ...(flags.namespace.length > 0 ? [] : [clusterSecretStoreKind]),
  ]
  const crds = await definitionsOf(kinds, api.client, newerFieldsOf, walk)
  const who = await identityOf(ask, 'external-secrets', walk)
  emit(await rightsOf(externalSecretsRights(flags), { who, ask, of: 'external-secrets' }, walk))
  const without = who === undefined ? 'identity failed' : crds
  if (without !== undefined) {
    emit((['store', 'external-secrets'] as const).map((it) => legs.skip(it, undefined, without)))
    return
  }
  const rules = urlRules(flags, api, flags.allowedGatewayHosts)
  await checkStores({ flags, client, rules, legs, signal, log: createLog('silent'), refusals, emit })
  emit([
    await legs.run('external-secrets', undefined, (within) =>
      syncedVerdict(pagesOf(client, externalSecretKind, flags.namespace, within)),
    ),
  ])
}

/** The issuers half: its CRDs and rights, cert-manager, the issuers. */
export async function walkIssuers(walk: Walk): Promise<void> {
  const { flags, api, legs, emit, signal, refusals } = walk
  const { client, transport } = api.half(flags.issuerServiceAccount, unguarded(), signal)
  const ask = reviewsThrough(transport)
  const kinds = [externalIssuerKind, ...(flags.namespace.length > 0 ? [] : [externalClusterIssuerKind])]
  const crds = await definitionsOf(kinds, api.client, () => [], walk)
  emit([
    await legs.run('cert-manager', undefined, (within) =>
      certManagerVerdict(api.client, certificateRequestKind, within),
    ),
  ])
  const who = await identityOf(ask, 'issuers', walk)
  emit(await rightsOf(issuersRights(flags), { who, ask, of: 'issuers' }, walk))
  const without = who === undefined ? 'identity failed' : crds
  if (without !== undefined) emit([legs.skip('issuer', undefined, without)])
  else await checkIssuers({ flags, api, client, legs, log: createLog('silent'), refusals, emit })
}
