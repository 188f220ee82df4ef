import type { ExternalSecret } from '../api/externalsecret.ts'
import type { Context } from '../runtime/reconcile.ts'
import type { Fields } from './fields.ts'
import type { LeaseLedger } from './lease-ledger.ts'
import type { Memory } from './memory.ts'
import type { Ports } from './ports.ts'
import type { SecretFacts } from './secret-facts.ts'
import type { SpecStores } from './spec-stores.ts'
import { targetKeyOf } from './target-of.ts'

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

/** The target as the metadata watch shows it. */
export function knownTargetOf({ object, ports }: Pick<Run, 'object' | 'ports'>): SecretFacts | undefined {
  return ports.secrets.get(targetKeyOf(object))
}

/** Empty for an object that never was at the API server. */
export function uidOf(object: ExternalSecret): string {
  return object.metadata.uid ?? ''
}
