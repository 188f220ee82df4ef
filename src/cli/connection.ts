import { loadConnection } from '../kube/config.ts'
import type { Connection } from '../kube/connection.ts'
import { TransportError } from '../kube/errors.ts'
import { Failure } from '../std/failure.ts'

/** The API server that a command was told of. Throws Failure for a kubeconfig, or a file or plugin it names, that is no use. */
export async function connectionOf(flags: {
  readonly kubeconfig?: string
  readonly context?: string
}): Promise<Connection> {
  try {
    return await loadConnection({ kubeconfigFile: flags.kubeconfig, context: flags.context })
  } catch (cause) {
    if (!(cause instanceof TransportError)) throw cause
    const message = `${cause.message}; mend what the kubeconfig names, or the ServiceAccount of the pod`
    throw new Failure('InvalidCredentials', message, { userMustAct: true, cause })
  }
}
