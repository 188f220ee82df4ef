import { ApiError, isForbidden, TransportError } from '../kube/errors.ts'
import { Failure } from '../std/failure.ts'
import { failed, type Verdict } from './finding.ts'

/** What an error of a leg means for people. Only errors whose words are made to be shown are quoted. */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof Failure) return fromWords(error)
  if (error instanceof ApiError)
    return failed(error.message, isForbidden(error) ? 'grant the right; see the lines of rights' : undefined)
  if (error instanceof TransportError)
    return failed(
      error.message,
      'check the address of the API server, the network and the CA on the way to it',
    )
  const name = error instanceof Error && /^[A-Za-z]{1,40}$/.test(error.name) ? error.name : 'error'
  return failed(`an unexpected ${name}`, 'this is a defect of Keyferry: report it')
}

const remedies: Readonly<Record<string, string>> = {
  InvalidSpec: 'correct the spec',
  InvalidConfig: 'correct the configuration of the issuer',
  IssuerFault: 'mend what it names: the ConfigMap or Secret of the issuer, or its access at the PKI',
  Unavailable: 'look at what it names; the manager tries again by itself',
  Unknown: 'look at the PKI; the manager tries again by itself',
  InvalidKubeconfig: 'correct --kubeconfig or --context',
}

/** Our messages end with what to do, after the last semicolon. */
function fromWords({ reason, message }: Failure): Verdict {
  const at = message.lastIndexOf('; ')
  if (at < 0) return failed(`${reason}: ${message}`, remedies[reason])
  return failed(`${reason}: ${message.slice(0, at)}`, message.slice(at + 2))
}
