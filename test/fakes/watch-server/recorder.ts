import { type KubeObject, keyOf, type ObjectKey } from '../../../src/kube/object.ts'
import type { ReflectorObserver, Sink } from '../../../src/kube/reflector.ts'

/** What a reflector delivered: every call in order, and the view that follows from them. */
export interface Recorder extends Sink<KubeObject> {
  /** `replaced a@1 b@2`, `updated a@3`, `removed a@4`: name and resourceVersion. */
  readonly calls: readonly string[]
  /** Objects by key, as an informer would hold them. */
  readonly view: ReadonlyMap<ObjectKey, KubeObject>
  readonly observer: ReflectorObserver
  /** `listed 2`, `failed 410`, `state live`; no events. */
  readonly notes: readonly string[]
}

/** A sink and an observer that remember. */
export function createRecorder(): Recorder {
  const calls: string[] = []
  const notes: string[] = []
  const view = new Map<ObjectKey, KubeObject>()
  return {
    calls,
    notes,
    view,
    replaced(objects) {
      calls.push(['replaced', ...objects.map(wordOf).sort()].join(' '))
      view.clear()
      for (const it of objects) view.set(keyOf(it.metadata), it)
    },
    updated(object) {
      calls.push(`updated ${wordOf(object)}`)
      view.set(keyOf(object.metadata), object)
    },
    removed(object) {
      calls.push(`removed ${wordOf(object)}`)
      view.delete(keyOf(object.metadata))
    },
    observer: {
      listed: (count) => notes.push(`listed ${count}`),
      event: () => undefined,
      failed: (cause) => notes.push(`failed ${cause}`),
      stateChanged: (state) => notes.push(`state ${state}`),
    },
  }
}

function wordOf({ metadata: { name, resourceVersion } }: KubeObject): string {
  return `${name}@${resourceVersion}`
}

/** An object as the API server would send it; its uid is `NAME-1` unless told. */
export function objectOf(
  name: string,
  resourceVersion: number,
  rest: { uid?: string; data?: object } = {},
): KubeObject {
  const { uid = `${name}-1`, data } = rest
  const metadata = { name, namespace: 'shop', uid, resourceVersion: `${resourceVersion}` }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...(data === undefined ? {} : { data }) }
}
