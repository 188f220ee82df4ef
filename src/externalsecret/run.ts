import type { ExternalSecret } from '../api/externalsecret.ts'
import { keyOf, type ObjectKey } from '../kube/object.ts'
import type { Context } from '../runtime/reconcile.ts'
import type { ReadStore } from '../runtime/store.ts'
import type { Clock } from '../std/clock.ts'
import type { Delimiters, Render } from '../template/render-options.ts'
import type { Hints } from './hints.ts'
import type { LeaseLedger } from './lease-ledger.ts'
import type { LeasePorts } from './lease-ports.ts'
import type { Memories, Memory } from './memory.ts'
import type { SecretFacts } from './secret-facts.ts'
import type { WritePorts } from './secret-writes.ts'
import type { IsServedByAnother, OpenStore, SpecStores } from './spec-stores.ts'
import type { Fields } from './synced.ts'
import { targetNameOf } from './target-of.ts'
import type { SourceCaches } from './template-sources.ts'
import type { Features } from './unsupported.ts'
import type { VanishRecord } from './vanish-record.ts'

export interface Ports extends WritePorts, SourceCaches, LeasePorts {
  readonly openStore: OpenStore
  readonly isServedByAnother: IsServedByAnother
  readonly secrets: ReadStore<SecretFacts>
  readonly render: Render
  /** Of the templates of targets. */
  readonly delimiters?: Delimiters | undefined
  readonly memories: Memories
  readonly vanishing: VanishRecord
  readonly hints: Hints
  readonly features: Features
  readonly clock: Clock
  /** When this process began, by the wall clock. */
  readonly startedAtMs: number
}

/** What every step of one run needs. */
export interface Run {
  readonly object: ExternalSecret
  readonly stores: SpecStores
  readonly memory: Memory | undefined
  readonly ports: Ports
  readonly context: Context<Fields>
  /** What the templates of other objects and the stores are, as the status is to tell. */
  readonly sourcesVersion: string
  /** What was found on the target that is not as it was written. */
  readonly drift: string | undefined
  /** When somebody outside said that values may have changed, unless that was acted upon. */
  readonly hintedAtMs: number | undefined
  /** What the values were at when they were looked at, before they are read. */
  readonly versions?: string | undefined
  readonly leases: LeaseLedger
  /** Those of the leases that are to be replaced, by id. */
  readonly spent: ReadonlySet<string>
  readonly nowMs: number
}

/** What looking after leases needs of it. */
export type LeaseRun = Pick<Run, 'object' | 'ports' | 'context' | 'leases' | 'nowMs'>

/** The Secret of an ExternalSecret, as caches name it. */
export function targetKeyOf(object: ExternalSecret): ObjectKey {
  return keyOf({ namespace: object.metadata.namespace, name: targetNameOf(object) })
}

/** The target as the metadata watch shows it. */
export function knownTargetOf({ object, ports }: Pick<Run, 'object' | 'ports'>): SecretFacts | undefined {
  return ports.secrets.get(targetKeyOf(object))
}

export function uidOf(object: ExternalSecret): string {
  return object.metadata.uid ?? ''
}
