import { failureAt } from '../net/network-failure.ts'
import type { Failure } from '../std/failure.ts'

/** A failure of the network on the way to a Gateway, from the code of the error; the error's own text is not used. */
export function networkFailure(error: unknown, what: string, host: string): Failure {
  return failureAt(error, {
    at: `Cannot ${what} at gateway "${host}"`,
    unreachable: 'GatewayUnreachable',
    trust: 'set caBundle or caProvider',
  })
}
