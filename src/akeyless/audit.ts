import type { Log } from '../std/log.ts'
import type { OnBehalfOf } from '../store/provider.ts'

/** One login, find, read or lease, for the record (M15): who for, which reference, how it ended; never a value. */
export interface AuditRecord {
  readonly action: 'login' | 'find' | 'read' | 'lease_minted' | 'lease_extended' | 'lease_revoked'
  readonly onBehalfOf: OnBehalfOf
  /** Host of the Gateway. */
  readonly gateway: string
  readonly accessId: string
  readonly method?: string
  readonly item?: string
  readonly version?: string
  /** What the provider calls the lease. */
  readonly lease?: string
  /** `ok`, `gone` for a lease that had ended, or the reason of the failure. */
  readonly result: string
}

/** Writes a record as one line at level info. */
export function audit(log: Log, record: AuditRecord): void {
  log.info({ audit: record }, 'audit')
}

/** What references throw when the API server is away or fails, which this room knows by name only. */
const fromApiServer: ReadonlySet<string> = new Set(['ApiError', 'TransportError'])

/** Calls that nobody waits for, and those of a process that does not lead any more. */
const aborted: ReadonlySet<string> = new Set(['AbortError', 'TimeoutError', 'NotLeadingError'])

/** How work under a signal ended, in one word: the reason of a Failure, `APIServerError`, `Aborted`, or `Defect`. */
export function resultOf(error: unknown, signal: AbortSignal): string {
  if (!(error instanceof Error)) return 'Defect'
  if ('reason' in error && typeof error.reason === 'string' && error.reason !== '') return error.reason
  if (fromApiServer.has(error.name)) return 'APIServerError'
  const isEnd = aborted.has(error.name) || (signal.aborted && signal.reason === error)
  return isEnd ? 'Aborted' : 'Defect'
}
