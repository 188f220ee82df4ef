import { randomUUID } from 'node:crypto'
import { apiVersionOf, eventKind, type Kind } from '../kube/kind.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Clock } from '../std/clock.ts'
import { microTimeOf } from './micro-time.ts'

/** Something that happened to an object and that its users should see. */
export interface Occurrence {
  readonly controller: string
  readonly kind: Kind
  /** What it happened to. */
  readonly object: KubeObject
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly action: string
  readonly message: string
}

/** An occurrence that waits to be told, with its moment by both clocks. */
export interface Recorded extends Omit<Occurrence, 'object'> {
  /** What names the object; not the object, which changes while thousands may wait. */
  readonly metadata: Pick<KubeObject['metadata'], 'name' | 'namespace' | 'uid' | 'resourceVersion'>
  readonly atMs: number
  readonly monotonicMs: number
}

/** Takes the moment, and of the object what names it. */
export function recordedOf({ object, ...rest }: Occurrence, clock: Clock): Recorded {
  const { name, namespace, uid, resourceVersion } = object.metadata
  const metadata = {
    name,
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  }
  return { ...rest, metadata, atMs: clock.now(), monotonicMs: clock.monotonic() }
}

/** The part of events.k8s.io/v1 Event that is written. */
export interface EventObject extends KubeObject {
  readonly metadata: { readonly name: string; readonly namespace: string }
}

/** The API server's own limits (validation of events.k8s.io/v1). */
const maxNoteBytes = 1024
const maxWord = 128
const maxNamePrefix = 230

/** An events.k8s.io/v1 Event; of what is cluster-scoped it lies in namespace `default`, as everywhere. */
export function eventOf(recorded: Recorded, instance: string): EventObject {
  const { controller, kind, metadata, type, reason, action, message, atMs } = recorded
  const { name, namespace } = metadata
  const event = {
    apiVersion: apiVersionOf(eventKind),
    kind: eventKind.kind,
    metadata: {
      name: `${name.slice(0, maxNamePrefix)}.${randomUUID().slice(-12)}`,
      namespace: namespace ?? 'default',
    },
    eventTime: microTimeOf(atMs),
    reportingController: `keyferry.io/${controller}`,
    reportingInstance: instance.slice(0, maxWord),
    type,
    reason: reason.slice(0, maxWord),
    action: action.slice(0, maxWord),
    note: cutBytes(message, maxNoteBytes),
    regarding: { apiVersion: apiVersionOf(kind), kind: kind.kind, ...metadata },
  }
  return event
}

/** Makes an Event a series, or says how long the series is by now. */
export function seriesPatch({ count, lastMs }: { count: number; lastMs: number }): object {
  return { series: { count, lastObservedTime: microTimeOf(lastMs) } }
}

/** The longest beginning of a text that fits so many bytes of UTF-8 whole. */
function cutBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxBytes) return text
  return `${bytes
    .subarray(0, maxBytes - 3)
    .toString()
    .replace(/\uFFFD$/, '')}…`
}
