import type { ReadStore } from '../runtime/store.ts'
import type { Clock } from '../std/clock.ts'
import type { Delimiters, Render } from '../template/render-options.ts'
import type { Hints } from './hints.ts'
import type { LeasePorts } from './lease-ports.ts'
import type { Memories } from './memory.ts'
import type { SecretFacts } from './secret-facts.ts'
import type { WritePorts } from './secret-writes.ts'
import type { IsServedByAnother, OpenStore } from './spec-stores.ts'
import type { SourceCaches } from './template-sources.ts'
import type { Features } from './unsupported.ts'
import type { VanishRecord } from './vanish-record.ts'

/** What the reconciler of ExternalSecrets takes from the process; all runs share it. */
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
