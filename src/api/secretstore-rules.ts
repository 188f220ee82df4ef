import { parseDuration } from '../std/duration.ts'
import type { SecretStoreSpec } from './secretstore.ts'
import { type Violation, when } from './violation.ts'

/**
 * Every rule that the spec of a store breaks beyond its shape, whatever its provider; what concerns one provider is
 * for that to say, and whether a pattern compiles is found out where it is matched. The CRD states them for the API server as well (design section 7, S5).
 */
export function secretStoreViolations(spec: SecretStoreSpec): readonly Violation[] {
  const providers = Object.keys(spec.provider).length
  return [
    ...when(providers !== 1, 'spec.provider', `must hold exactly one provider, not ${providers}`),
    ...when(refreshIntervalMs(spec) === undefined, 'spec.refreshInterval', intervalMessage),
  ]
}

const intervalMessage = 'must be a duration such as 90s, 15m or 1h30m, or a whole number of seconds'

/** How often the store is to be validated, in milliseconds; 0 is "as usual". Undefined when it is no interval. */
export function refreshIntervalMs({ refreshInterval = 0 }: SecretStoreSpec): number | undefined {
  const ms =
    typeof refreshInterval === 'number' ? refreshInterval * 1000 : parseDuration(refreshInterval || '0')
  return ms !== undefined && ms >= 0 ? ms : undefined
}
