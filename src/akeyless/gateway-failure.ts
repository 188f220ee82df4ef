import { failure } from '../api/reason.ts'
import { failureAt, isUnconnected } from '../net/network-failure.ts'
import type { Failure } from '../std/failure.ts'
import { NotSent } from './circuit.ts'

/** A failure of the network on the way to a Gateway, from the code of the error; the error's own text is not used. */
export function networkFailure(error: unknown, what: string, host: string): Failure {
  const told = failureAt(error, {
    at: `Cannot ${what} at gateway "${host}"`,
    unreachable: 'GatewayUnreachable',
    trust: 'set caBundle or caProvider',
  })
  if (!isUnconnected(error)) return told
  return failure('GatewayUnreachable', told.message, { cause: new NotSent('there is no connection') })
}
