import { type AkeylessAuth, authBlocks } from '../api/akeyless-spec.ts'
import type { ServiceAccountSelector } from '../api/reference.ts'
import type { SecretStoreSpec } from '../api/secretstore.ts'
import type { WayIn } from '../check/login.ts'
import type { Client } from '../kube/client.ts'
import type { References } from '../store/provider.ts'

const root = 'spec.provider.akeyless.authSecretRef'

/** The legs before the login: whose token is requested, and which JWT a Gateway would have reviewed. */
export async function legsBefore(
  { provider }: SecretStoreSpec,
  { references, client, signal }: { references: References; client: Client; signal: AbortSignal },
): Promise<Pick<WayIn, 'token' | 'held' | 'review'>> {
  const auth = provider.akeyless?.authSecretRef
  if (auth === undefined) return {}
  const account = accountIn(auth)
  const audiences = account?.ref.audiences ?? []
  // Other ways in show their token to others than a Gateway of ours.
  const isReviewed =
    auth.kubernetesAuth !== undefined || (await isKubernetesBySecrets(auth, references, signal))
  return {
    token: account && tokenOf(account, references),
    held: account === undefined ? heldIn(auth, references) : undefined,
    review: isReviewed ? (jwt, within) => client.reviewToken(jwt, { audiences, signal: within }) : undefined,
  }
}

interface Account {
  readonly ref: ServiceAccountSelector
  readonly path: string
}

function accountIn(auth: AkeylessAuth): Account | undefined {
  for (const block of ['kubernetesAuth', 'azureAuth', 'awsAuth', 'jwtAuth'] as const) {
    const ref = auth[block]?.serviceAccountRef
    if (ref !== undefined) return { ref, path: `${root}.${block}.serviceAccountRef` }
  }
  const ref = authBlocks.some((it) => auth[it] !== undefined) ? undefined : auth.serviceAccountRef
  return ref && { ref, path: `${root}.serviceAccountRef` }
}

/** The access type is a word of a Secret; where it cannot be read, the login says why. */
async function isKubernetesBySecrets(
  { secretRef, serviceAccountRef, ...blocks }: AkeylessAuth,
  references: References,
  signal: AbortSignal,
): Promise<boolean> {
  if (secretRef === undefined || serviceAccountRef === undefined || Object.values(blocks).some(Boolean))
    return false
  const { name = '', namespace, key } = secretRef.accessType ?? {}
  try {
    const type = await references.secretValue(
      { name, namespace, key },
      `${root}.secretRef.accessType`,
      signal,
    )
    return type.reveal().trim() === 'k8s'
  } catch {
    return false
  }
}

function heldIn({ kubernetesAuth }: AkeylessAuth, references: References): WayIn['held'] {
  const ref = kubernetesAuth?.secretRef
  if (ref === undefined) return undefined
  const { name = '', namespace, key = 'token' } = ref
  return (signal) =>
    references.secretValue({ name, namespace, key }, `${root}.kubernetesAuth.secretRef`, signal)
}

function tokenOf({ ref, path }: Account, references: References): NonNullable<WayIn['token']> {
  const { name, namespace, audiences = [] } = ref
  return {
    of: `ServiceAccount ${namespace === undefined ? name : `${namespace}/${name}`}`,
    get: async (signal) => (await references.serviceAccount(ref, path).token({ audiences, signal })).token,
  }
}
