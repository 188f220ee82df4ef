import { failureAt } from '../../net/network-failure.ts'
import { TimeLimit } from '../../net/time-limit.ts'
import type { Connections, Peer } from './connections.ts'
import { unanswered } from './failures.ts'
import { NotAnswered } from './send.ts'

/** Proves that a server takes connections, and TLS: any answer to anything will do. Throws SignFailure. */
export async function probe(
  peer: Peer,
  connections: Connections,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const pool = await connections.to(peer, signal)
  const { origin, host, path } = peer.server
  const limit = new TimeLimit(signal, timeoutMs)
  try {
    const target = { origin, path: path === '' ? '/' : path, method: 'HEAD' as const }
    const { body } = await pool.request({
      ...target,
      headers: { 'user-agent': 'keyferry' },
      signal: limit.signal,
    })
    body.on('error', () => {}).destroy()
  } catch (error) {
    signal.throwIfAborted()
    const at = `Cannot reach PKI "${host}"`
    const trust = 'set tls.caBundle or tls.caBundleRef'
    const failure = failureAt(error, { at, unreachable: 'GatewayUnreachable', trust })
    throw unanswered(new NotAnswered(failure, true), { at, mayDouble: false })
  } finally {
    limit.clear()
  }
}
