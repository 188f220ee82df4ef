import type { Client } from '../../../src/kube/client.ts'
import { ApiError, TransportError } from '../../../src/kube/errors.ts'
import type { Kind } from '../../../src/kube/kind.ts'
import type { Lease } from '../../../src/runtime/lease.ts'

/** One Lease on an API server that can be away, and that can lose an answer after it did the work. */
export class LeaseServer {
  lease: Lease | undefined
  requests = 0
  isAway = false
  losesNextAnswer = false
  #version = 0

  readonly client = {
    find: async () => this.#answer(() => this.lease),
    create: async (_: Kind, lease: Lease) =>
      this.#answer(() => {
        if (this.lease !== undefined) throw new ApiError('exists', { status: 409, reason: 'AlreadyExists' })
        return this.store(lease)
      }),
    mergePatch: async (_: Kind, __: object, patch: Lease) =>
      this.#answer(() => {
        if (this.lease === undefined) throw new ApiError('no lease', { status: 404, reason: 'NotFound' })
        const isStale = patch.metadata.resourceVersion !== this.lease.metadata.resourceVersion
        if (isStale) throw new ApiError('modified', { status: 409, reason: 'Conflict' })
        return this.store({ ...this.lease, spec: { ...this.lease.spec, ...patch.spec } })
      }),
  } as unknown as Client

  store(lease: Lease): Lease {
    const resourceVersion = String(++this.#version)
    this.lease = {
      ...lease,
      metadata: { ...lease.metadata, name: 'keyferry', uid: 'lease', resourceVersion },
    }
    return this.lease
  }

  #answer<T>(work: () => T): T {
    this.requests++
    if (this.isAway) throw new TransportError('Cannot reach server', 'ECONNREFUSED')
    const answer = work()
    if (!this.losesNextAnswer) return answer
    this.losesNextAnswer = false
    throw new TransportError('Connection reset', 'ECONNRESET')
  }
}
