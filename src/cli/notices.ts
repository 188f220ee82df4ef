import { Counter } from 'prom-client'
import type { ExternalSecret } from '../api/externalsecret.ts'
import type { Hints } from '../externalsecret/hints.ts'
import { keysOfItems } from '../externalsecret/items.ts'
import { Gather } from '../notice/gather.ts'
import { createNoticeServer, type Leading, noticePath } from '../notice/server.ts'
import type { NoticeFiles } from '../notice/tls-files.ts'
import type { Controller } from '../runtime/controller.ts'
import { parseBindAddress, type SmallServer } from '../runtime/http.ts'
import type { Informer } from '../runtime/informer.ts'
import type { Elector } from '../runtime/leader.ts'
import type { Metrics } from '../runtime/metrics.ts'
import { priorities } from '../runtime/queue.ts'
import type { Clock } from '../std/clock.ts'
import { Failure } from '../std/failure.ts'
import type { Log } from '../std/log.ts'
import type { NoticeFlags } from './notice-flags.ts'

/** The annotation of the Lease that tells where the leader takes notices. */
const addressNote = 'keyferry.io/event-address'

/** Whoever reads ExternalSecrets, and how to have it look at one again. */
export interface Readers {
  readonly externalSecrets: Informer<ExternalSecret>
  readonly controller: Controller
  readonly hints: Hints
}

export interface NoticeDeps {
  readonly flags: NoticeFlags
  readonly readers: Readers
  readonly elector: Elector | undefined
  /** Aborted when the manager stops. */
  readonly stopping: AbortSignal
  readonly metrics: Metrics
  readonly clock: Clock
  readonly log: Log
}

/** Throws Failure where an endpoint is asked for, and nobody would act on what it is told. */
export function refuseNoticesFor(halves: readonly string[], { eventListenAddress }: NoticeFlags): void {
  if (parseBindAddress(eventListenAddress) === undefined || halves.includes('external-secrets')) return
  throw wrong(
    '--event-listen-address is for ExternalSecrets: add external-secrets to --controllers, or leave it out',
  )
}

/** What this replica tells the others by its Lease: where it takes notices. Throws Failure for flags that do not fit. */
export function leaseNotes(flags: NoticeFlags): Readonly<Record<string, string>> {
  const address = parseBindAddress(flags.eventListenAddress)
  if (address === undefined) return {}
  const host = process.env['POD_IP'] ?? (address.host === '' ? undefined : address.host)
  const shown = host?.includes(':') === true ? `[${host}]` : host
  const reached =
    flags.eventAdvertiseAddress ?? (shown === undefined ? undefined : `${shown}:${address.port}`)
  if (reached === undefined)
    throw wrong(
      '--event-advertise-address is needed where POD_IP is not set: other replicas forward events to it',
    )
  return { [addressNote]: `https://${reached}${noticePath}` }
}

/** The endpoint for event forwarders; undefined while it is switched off. Throws Failure for flags that do not fit. */
export function composeNotices(deps: NoticeDeps): SmallServer | undefined {
  const { flags, readers, metrics, clock, log } = deps
  const counter = new Counter({
    name: 'keyferry_event_requests_total',
    help: 'Requests of event forwarders by what became of them',
    labelNames: ['result'],
    registers: [metrics.registry],
  })
  const address = parseBindAddress(flags.eventListenAddress)
  if (address === undefined) return undefined
  let isSynced = false
  const synced = () => {
    isSynced = true
  }
  // One that is stopped before its first list never is: nobody asks any more then.
  readers.externalSecrets.synced.then(synced, () => undefined)
  const gather = new Gather(clock, (items) => tell(items, readers, clock, log))
  return createNoticeServer({
    address,
    files: filesOf(flags),
    leading: () => leadingOf(deps, isSynced),
    accept: (items) => gather.add(items),
    observe: (result) => counter.inc({ result }),
    clock,
    log,
  })
}

/** Those who read one of the items look again, before all that only the clock asks for. */
function tell(items: ReadonlySet<string>, readers: Readers, clock: Clock, log: Log): void {
  const { externalSecrets, controller, hints } = readers
  const keys = keysOfItems(externalSecrets.store, items)
  log.info({ items: items.size, externalSecrets: keys.size }, 'Akeyless tells of changes')
  for (const key of keys) {
    hints.note(key, clock.now())
    controller.enqueue(key, { priority: priorities.change })
  }
}

/** Before the caches are synced nobody knows who reads an item, and one that stops reads none: the sender tries again. */
function leadingOf({ elector, stopping }: NoticeDeps, isSynced: boolean): Leading {
  if (stopping.aborted) return { isLeader: false, leaderUrl: undefined }
  if (elector !== undefined && !elector.isLeader)
    return { isLeader: false, leaderUrl: elector.noteOfLeader(addressNote) }
  return { isLeader: isSynced, leaderUrl: undefined }
}

function filesOf(flags: NoticeFlags): NoticeFiles {
  const { eventTlsCertFile: certFile, eventTlsKeyFile: keyFile } = flags
  const { eventClientCaFile: clientCaFile, eventTokenFile: tokenFile } = flags
  if (certFile === undefined || keyFile === undefined)
    throw wrong('--event-listen-address needs --event-tls-cert-file and --event-tls-key-file')
  if (clientCaFile === undefined && tokenFile === undefined)
    throw wrong(
      '--event-listen-address needs --event-token-file or --event-client-ca-file: nobody else may tell events',
    )
  return { certFile, keyFile, clientCaFile, tokenFile }
}

function wrong(message: string): Failure {
  return new Failure('InvalidFlags', message, { userMustAct: true })
}
