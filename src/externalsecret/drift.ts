import type { ExternalSecret } from '../api/externalsecret.ts'
import { driftOf, mergeDriftOf } from './ownership.ts'
import { creationPolicyOf, readyReasonOf } from './policies.ts'
import type { SecretFacts } from './secret-facts.ts'

/**
 * What of a target has changed since it was written, for the log; undefined when all is as it should be. An Orphan is
 * as it should be whatever becomes of it, until its next refresh, and so is a Secret that we deleted or wait for.
 */
export function driftFor(object: ExternalSecret, facts: SecretFacts | undefined): string | undefined {
  const { name, uid = '' } = object.metadata
  const reason = readyReasonOf(object)
  switch (creationPolicyOf(object)) {
    case 'None':
    case 'Orphan':
      return undefined
    case 'Owner':
      return reason === 'SecretDeleted' ? undefined : driftOf(name, uid, facts)
    case 'Merge':
      return facts === undefined && reason === 'SecretMissing' ? undefined : mergeDriftOf(name, facts)
    case 'CreateOrMerge':
      return mergeDriftOf(name, facts)
  }
}
