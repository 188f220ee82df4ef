import { isDeepStrictEqual } from 'node:util'
import type { ExternalIssuer } from '../api/externalissuer.ts'
import type { KubeObject, ObjectKey } from '../kube/object.ts'
import { keyOf } from '../kube/object.ts'
import type { Informer } from '../runtime/informer.ts'
import { priorities } from '../runtime/queue.ts'
import type { Change, Indexers, ReadStore } from '../runtime/store.ts'
import { type Watch, watch } from '../runtime/watch.ts'
import { ownTypes } from './certificate-request-status.ts'
import { type IssuerKindName, type IssuerName, issuerKeyOf, nameOf } from './issuer-name.ts'
import type { RequestForm } from './request-form.ts'

const byIssuer = 'issuer'

/** How requests that still wait are found from their issuer, as the cache keeps them; those that are decided are not. */
export function requestIndexers<T extends KubeObject>(form: RequestForm<T>): Indexers<KubeObject> {
  // The cache has what this form read, or metadata alone: to read it again at each change costs too much.
  const isRead = (object: KubeObject): object is T => 'spec' in object
  return {
    [byIssuer]: (object) => {
      if (!isRead(object)) return []
      const issuer = form.issuerOf(object)
      return issuer === undefined || form.stateOf(object) === 'final' ? [] : [issuerKeyOf(issuer)]
    },
  }
}

/** The requests that wait for an issuer: namespace and kind to the letter (W1). */
function requestsOf(requests: ReadStore<KubeObject>, issuer: IssuerName): readonly ObjectKey[] {
  return requests.byIndex(byIssuer, issuerKeyOf(issuer)).map((it) => keyOf(it.metadata))
}

type Conditioned = KubeObject & {
  readonly status?: { readonly conditions?: readonly { type: string; status?: string }[] }
}

/**
 * Which changes of a request are worth a run: it is new or gone, an annotation changed (W2), a condition of somebody
 * else came, went or changed its status. Not a label (W3), not a reason alone (W4), not what we write ourselves (R24).
 */
export function isRequestNews({ old, now }: Change<KubeObject>): boolean {
  if (old === undefined || now === undefined || old.metadata.uid !== now.metadata.uid) return true
  if (!isDeepStrictEqual(old.metadata.annotations ?? {}, now.metadata.annotations ?? {})) return true
  return !isDeepStrictEqual(foreignConditions(old), foreignConditions(now))
}

function foreignConditions({ status }: Conditioned): ReadonlyMap<string, string | undefined> {
  const conditions = status?.conditions ?? []
  const foreign = conditions.filter(({ type }) => !ownTypes.has(type))
  return new Map(foreign.map(({ type, status: is }) => [type, is]))
}

/**
 * Which changes of an issuer wake its requests: it came or went, its Ready changed its status or what it speaks of, or
 * the words in which it says why it is not ready, which are theirs as well (R11).
 */
function isIssuerNews({ old, now }: Change<ExternalIssuer>): boolean {
  if (old === undefined || now === undefined || old.metadata.uid !== now.metadata.uid) return true
  return !isDeepStrictEqual(readyOf(old), readyOf(now))
}

function readyOf({ status }: ExternalIssuer) {
  const ready = status?.conditions?.find((it) => it.type === 'Ready')
  if (ready === undefined) return undefined
  const why = ready.status === 'True' ? [] : [ready.reason, ready.message]
  return [ready.status, ready.observedGeneration, ...why]
}

/** Wakes requests when their issuer changes. */
export function issuerWatch(
  kind: IssuerKindName,
  issuers: Informer<ExternalIssuer>,
  requests: ReadStore<KubeObject>,
): Watch {
  return watch(issuers, (change) => {
    const issuer = change.now ?? change.old
    if (issuer === undefined || !isIssuerNews(change)) return []
    return requestsOf(requests, nameOf(kind, issuer.metadata))
  })
}

/** Wakes requests when this process knows better of an issuer than its status shows. */
export class IssuerBell {
  readonly #listeners = new Set<(issuer: IssuerName) => void>()

  ring(issuer: IssuerName): void {
    for (const listener of this.#listeners) listener(issuer)
  }

  watch(requests: ReadStore<KubeObject>): Watch {
    return {
      synced: Promise.resolve(),
      listen: (add) => {
        const listener = (issuer: IssuerName) => {
          for (const key of requestsOf(requests, issuer)) add(key, priorities.dependency)
        }
        this.#listeners.add(listener)
        return () => this.#listeners.delete(listener)
      },
    }
  }
}
