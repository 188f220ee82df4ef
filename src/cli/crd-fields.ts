import { authBlocks } from '../api/akeyless-spec.ts'
import { externalSecretKind } from '../api/externalsecret.ts'
import { failure } from '../api/reason.ts'
import type { SecretStoreSpec } from '../api/secretstore.ts'
import { clusterSecretStoreKind, secretStoreKind } from '../api/secretstore.ts'
import type { Kind } from '../kube/kind.ts'
import type { StoreKind } from '../store/open.ts'

const akeyless = 'spec.provider.akeyless'
const auth = `${akeyless}.authSecretRef`
const ofStores = [
  // Every CRD of this provider has the first of them.
  ...authBlocks.filter((it) => it !== 'kubernetesAuth').map((it) => `${auth}.${it}`),
  `${auth}.serviceAccountRef`,
  `${akeyless}.ignoreCache`,
]
const ofExternalSecrets = [
  'spec.suspend',
  'spec.syncWindows',
  'spec.target.manifest',
  'spec.data.remoteRef.nullBytePolicy',
  'spec.dataFrom.extract.nullBytePolicy',
  'spec.dataFrom.find.nullBytePolicy',
  'spec.target.template.templateFrom.valuesDecodingStrategy',
  'spec.rolloutRestartTargets',
]

/**
 * The fields of a spec that an older CRD or ESO's own may lack. Where it does, the API server drops them from what is
 * applied, and nobody can tell from the object that they were meant.
 */
export function newerFieldsOf(kind: Kind): readonly string[] {
  return kind.kind === externalSecretKind.kind ? ofExternalSecrets : ofStores
}

/**
 * A store of Akeyless without a way in: our CRD refuses such a store, so another one let it in, perhaps without what
 * it does not know. Throws Failure CRDTooOld when that may be so, by what `missing` says of the served CRD.
 */
export function refuseDroppedAuth(
  kind: StoreKind,
  spec: SecretStoreSpec,
  missing: (kind: Kind) => readonly string[],
): void {
  const ways = spec.provider.akeyless?.authSecretRef
  if (ways === undefined || ways.secretRef !== undefined) return
  if (authBlocks.some((it) => ways[it] !== undefined)) return
  const served = kind === 'SecretStore' ? secretStoreKind : clusterSecretStoreKind
  const dropped = authBlocks.filter((it) => missing(served).includes(`${auth}.${it}`))
  if (dropped.length === 0) return
  throw failure(
    'CRDTooOld',
    `Cannot log in: ${auth} is empty, and the CRD of ${kind} in this cluster drops ${dropped.join(', ')}; apply Keyferry's CRDs and then the store again, or log in by kubernetesAuth or secretRef`,
  )
}
