import type { UniversalIdentityAuth } from '../api/akeyless-spec.ts'
import { failure } from '../api/reason.ts'
import { checkAccessId } from './access-id.ts'
import type { AuthOptions } from './auth-options.ts'
import type { HeldValue } from './held-value.ts'
import type { Identity, SecretMethod } from './identity.ts'
import { secretSource } from './secret-source.ts'

const hint =
  'the universal identity token may have expired or been rotated; whoever rotates it must write the new one into the Secret'

/**
 * Universal identity: a `u-...` token from a Secret, used as given. It is never rotated here: a rotated token that got
 * lost between Akeyless and the Secret would lock everybody out.
 */
export async function universalIdentity(
  auth: UniversalIdentityAuth,
  path: string,
  { digests, references, signal }: AuthOptions,
): Promise<Identity> {
  const accessId = checkAccessId(auth.accessID, `${path}.accessID`)
  const source = secretSource(auth.tokenSecretRef, `${path}.tokenSecretRef`, 'token')
  return identityOf(accessId, await digests.ofValue(source, references, signal), source.path)
}

/** The access type `universal_identity` of secretRef: the parameter is the token. */
export const universalIdentityBySecrets: SecretMethod = ({ accessId, parameter, path }) => {
  const at = `${path}.secretRef.accessTypeParam`
  if (parameter !== undefined) return identityOf(accessId, parameter, at)
  throw failure('InvalidSpec', `Cannot log in by access type universal_identity: ${at} must name the token`)
}

function identityOf(accessId: string, held: HeldValue, path: string): Identity {
  return {
    method: 'universal_identity',
    accessId,
    key: ['universal_identity', accessId, held.digest],
    title: 'universal identity token',
    hint,
    async credentials(signal) {
      const token = (await held.value(signal)).reveal()
      if (!/^u-[\w.+/=-]{1,8192}$/.test(token))
        throw failure(
          'InvalidSpec',
          `Cannot use ${path}: it is not a universal identity token, which begins with u-`,
        )
      return { body: { 'access-id': accessId, 'access-type': 'universal_identity', 'uid-token': token } }
    },
  }
}
