import { akeyless } from './akeyless.ts'
import { certificates } from './certificates.ts'
import { events } from './events.ts'
import { leases } from './leases.ts'
import { overview } from './overview.ts'
import type { Row } from './panel.ts'
import { runtime } from './runtime.ts'
import { syncs } from './syncs.ts'

/** The dashboard, from top to bottom. */
export const rows: readonly Row[] = [overview, syncs, akeyless, leases, events, certificates, runtime]
