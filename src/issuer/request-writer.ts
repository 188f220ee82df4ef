import { isDeepStrictEqual } from 'node:util'
import type { Client } from '../kube/client.ts'
import { isConflict, isNotFound } from '../kube/errors.ts'
import { apiVersionOf } from '../kube/kind.ts'
import { compareResourceVersions, type KubeObject, keyOf, type ObjectKey } from '../kube/object.ts'
import type { Outcome, RequestForm } from './request-form.ts'

/** The field manager of requests' statuses. */
const requestManager = 'external-issuer.io'

/** Somebody else wrote the request since it was looked at: what was decided must be decided again, on this one. */
export class Changed<T> extends Error {
  override readonly name = 'Changed'
  readonly live: T

  constructor(live: T) {
    super('The request was changed meanwhile')
    this.live = live
  }
}

/** The request is gone, or another one has its name. */
export class Gone extends Error {
  override readonly name = 'Gone'
}

export interface RequestWriterOptions<T extends KubeObject> {
  readonly client: Client
  readonly form: RequestForm<T>
}

/**
 * Writes statuses of requests: only what is ours, by server-side apply, only when it differs, and only to the very
 * version that was judged, so that no certificate ever lands on a new request of the same name.
 */
export class RequestWriter<T extends KubeObject> {
  readonly #options: RequestWriterOptions<T>
  /** Until the cache has it, too. */
  readonly #written = new Map<ObjectKey, T>()

  constructor(options: RequestWriterOptions<T>) {
    this.#options = options
  }

  /** The newest state that is known: the cache may not have seen our last write yet. */
  newest(request: T): T {
    const key = keyOf(request.metadata)
    const written = this.#written.get(key)
    if (written === undefined) return request
    const { uid, resourceVersion } = written.metadata
    const isBehind = compareResourceVersions(request.metadata.resourceVersion, resourceVersion) < 0
    if (uid === request.metadata.uid && isBehind) return written
    this.#written.delete(key)
    return request
  }

  /** The request as it is now. Throws Gone; ApiError and TransportError. */
  async live(request: T, signal: AbortSignal): Promise<T> {
    const { client, form } = this.#options
    const live = await client.find(form.kind, request.metadata, { signal })
    const parsed = live && form.parse(live)
    if (parsed === undefined || parsed.metadata.uid !== request.metadata.uid) throw new Gone()
    return parsed
  }

  /**
   * Gives the request as it is after the write, or undefined when there was nothing to write. Throws Changed and Gone;
   * ApiError and TransportError when it cannot be written.
   */
  async write(
    request: T,
    outcome: Outcome,
    options: { nowMs: number; signal: AbortSignal },
  ): Promise<T | undefined> {
    const { form } = this.#options
    const status = form.statusAfter(request, outcome, options.nowMs)
    if (status === undefined || isDeepStrictEqual(status, form.ownStatus(request))) return undefined
    return this.#apply(request, status, options.signal)
  }

  forget(key: ObjectKey): void {
    this.#written.delete(key)
  }

  async #apply(request: T, status: object, signal: AbortSignal): Promise<T> {
    const { client, form } = this.#options
    const { name, namespace, resourceVersion } = request.metadata
    const metadata = {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    }
    const object = { apiVersion: apiVersionOf(form.kind), kind: form.kind.kind, metadata, status }
    const as = { fieldManager: requestManager, force: true, subresource: 'status', signal } as const
    try {
      const applied = form.parse((await client.apply<KubeObject>(form.kind, object, as)).object)
      if (applied === undefined) throw new Gone()
      this.#written.set(keyOf(request.metadata), form.slim(applied))
      return applied
    } catch (error) {
      if (isNotFound(error)) throw new Gone()
      if (isConflict(error)) throw new Changed(await this.live(request, signal))
      throw error
    }
  }
}
