import { type AkeylessAuth, type AkeylessProvider, authBlocks } from '../api/akeyless-spec.ts'
import { failure } from '../api/reason.ts'
import { aws } from './auth-aws.ts'
import { azure } from './auth-azure.ts'
import { cert } from './auth-cert.ts'
import { gcp } from './auth-gcp.ts'
import { jwt } from './auth-jwt.ts'
import { kubernetes } from './auth-kubernetes.ts'
import type { AuthOptions } from './auth-options.ts'
import { bySecrets } from './auth-secrets.ts'
import { universalIdentity } from './auth-universal-identity.ts'
import type { Identity } from './identity.ts'

const root = 'spec.provider.akeyless.authSecretRef'

/**
 * Finds out who a store logs in as, from its spec and the versions of the objects it names; reads a Secret only when
 * its version is new. Throws what References throws, and InvalidSpec for what cannot be used.
 */
export async function identify(spec: AkeylessProvider, options: AuthOptions): Promise<Identity> {
  const auth = spec.authSecretRef
  refuseSeveral(auth)
  const { kubernetesAuth, azureAuth, awsAuth, gcpAuth, jwtAuth, certAuth, universalIdentityAuth } = auth
  if (kubernetesAuth !== undefined) return kubernetes(kubernetesAuth, `${root}.kubernetesAuth`, options)
  if (azureAuth !== undefined) return azure(azureAuth, `${root}.azureAuth`, options)
  if (awsAuth !== undefined) return aws(awsAuth, `${root}.awsAuth`, options)
  if (gcpAuth !== undefined) return gcp(gcpAuth, `${root}.gcpAuth`, options)
  if (jwtAuth !== undefined) return jwt(jwtAuth, `${root}.jwtAuth`, options)
  if (certAuth !== undefined) return cert(certAuth, `${root}.certAuth`, options)
  if (universalIdentityAuth !== undefined)
    return universalIdentity(universalIdentityAuth, `${root}.universalIdentityAuth`, options)
  if (auth.secretRef !== undefined) return bySecrets(auth.secretRef, auth, root, options)
  throw failure('InvalidSpec', `Cannot log in: ${root} needs secretRef or one of ${authBlocks.join(', ')}`)
}

function refuseSeveral(auth: AkeylessAuth): void {
  const isNamed = (it: (typeof authBlocks)[number]) => auth[it] !== undefined
  if (authBlocks.findIndex(isNamed) === authBlocks.findLastIndex(isNamed)) return
  const named = authBlocks.filter(isNamed)
  throw failure('InvalidSpec', `Cannot log in: ${root} takes one of ${named.join(' and ')}, not both`)
}
