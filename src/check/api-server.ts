import { parseJson, property } from '../kube/api-status.ts'
import type { Transport } from '../kube/transport.ts'
import type { Clock } from '../std/clock.ts'
import { failed, ok, type Verdict } from './finding.ts'
import type { AskReview } from './review.ts'
import { clockVerdict } from './skew.ts'

export interface AskVersionOptions {
  readonly transport: Transport
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

/** What one call tells of the API server: that it is there, and what time it has. Throws TransportError. */
export async function askVersion({
  transport,
  clock,
  signal,
  timeoutMs,
}: AskVersionOptions): Promise<{ readonly reached: Verdict; readonly time: Verdict }> {
  const sentMs = clock.now()
  const answer = await transport.request({ method: 'GET', path: '/version', signal, timeoutMs })
  const time = clockVerdict(answer.headers['date'], { sentMs, receivedMs: clock.now() })
  return { reached: reachedVerdict(answer.status, answer.body), time }
}

function reachedVerdict(status: number, body: string): Verdict {
  if (status === 401)
    return failed(
      'it does not know us (status 401)',
      'renew the credentials of the kubeconfig; in a pod, look whether its ServiceAccount is still there',
    )
  const version = property(parseJson(body), 'gitVersion')
  if (status !== 200 || typeof version !== 'string')
    return failed(
      `the answer to /version is not that of an API server (status ${status})`,
      'check the address of the cluster and what stands in front of it',
    )
  return ok(`Kubernetes ${version.slice(0, 60)}`)
}

/** Who the API server takes us for. Throws ApiError and TransportError. */
export async function whoAmI(ask: AskReview, signal: AbortSignal): Promise<string> {
  const status = await ask({ group: 'authentication.k8s.io', kind: 'SelfSubjectReview' }, signal)
  const name = property(property(status, 'userInfo'), 'username')
  return typeof name === 'string' ? name : 'nobody that the API server knows by name'
}
