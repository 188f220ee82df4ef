import type { AkeylessProvider } from '../api/akeyless-spec.ts'
import { failure } from '../api/reason.ts'
import type { MayGo } from '../net/gated.ts'
import type { Resolve } from '../net/resolve.ts'
import type { UrlRules } from '../net/server-url.ts'
import { type Clock, systemClock } from '../std/clock.ts'
import type { Redacted } from '../std/redacted.ts'
import type {
  FindRequest,
  FoundItem,
  ItemOutcome,
  ItemRequest,
  OpenOptions,
  Provider,
  ProviderKind,
  ReadOptions,
} from '../store/provider.ts'
import { audit, resultOf } from './audit.ts'
import { identify } from './auth.ts'
import type { Ambient } from './auth-options.ts'
import { caOf } from './ca.ts'
import { type CloudOptions, Clouds } from './clouds.ts'
import { Digests } from './digests.ts'
import { readFound } from './find-items.ts'
import type { Gateway } from './gateway.ts'
import { type GatewayUrl, gatewayUrlPath, parseGatewayUrl } from './gateway-url.ts'
import { digestOf, Gateways } from './gateways.ts'
import { type IdentityItems, ItemsByIdentity } from './identity-items.ts'
import type { InSession } from './in-session.ts'
import { versionsOf } from './item-versions.ts'
import { mintedFailure, readItem } from './items.ts'
import { LastSession } from './last-session.ts'
import { createLeases } from './leases.ts'
import type { AkeylessObserver } from './observer.ts'
import { Refusals } from './refusals.ts'
import { Session } from './session.ts'
import { Tokens } from './tokens.ts'

export interface AkeylessOptions {
  readonly rules: UrlRules
  readonly clock?: Clock
  readonly observer?: AkeylessObserver
  /** Resolves names; the system's way unless a test has its own. */
  readonly resolve?: Resolve
  /** Whether this process may still act, asked before each call to a Gateway; what it throws keeps the call back. */
  readonly mayGo?: MayGo
  /** Calls at a time per Gateway; 20 unless said otherwise. */
  readonly maxConcurrentCalls?: number
  readonly connectTimeoutMs?: number
  readonly callTimeoutMs?: number
  readonly probeTimeoutMs?: number
  readonly idleTimeoutMs?: number
  /** For so long all work waits for a Gateway that answers nobody; then one at a time does. */
  readonly giveUpMs?: number
  /** Lets ClusterSecretStores log in as the cloud identity of Keyferry's own pod or node. */
  readonly allowAmbientCloudIdentity?: boolean
  /** What the platform tells of that identity; the addresses of the clouds are other ones in tests only. */
  readonly clouds?: CloudOptions
  /** The count of refused logins; shared where one process has several of these, for Akeyless counts them together. */
  readonly refusals?: Refusals
}

/** The provider kind `akeyless`. Connections, tokens and refused logins are shared by all stores it opens. */
export interface Akeyless extends ProviderKind, AsyncDisposable {
  /**
   * A token for calls that are made elsewhere (a PKI's), by the login that a store with this spec would have; one that
   * was `refused` there is replaced when it is no longer good. Throws what `check` of a store throws.
   */
  lendToken(
    store: OpenOptions,
    options: ReadOptions & { readonly refused?: Redacted | undefined },
  ): Promise<Redacted>
  /** Ends all connections and logins. */
  close(): Promise<void>
}

/** Makes the provider kind; one per process, for Akeyless counts failed logins per access id. */
export function createAkeyless(options: AkeylessOptions): Akeyless {
  const { clock = systemClock, observer = {}, rules } = options
  const gateways = new Gateways({ ...options, clock, observer })
  const clouds = new Clouds(options.clouds ?? {}, clock)
  const shared = {
    clock,
    gateways,
    tokens: new Tokens(clock, observer),
    refusals: options.refusals ?? new Refusals(clock),
    digests: new Digests(),
    clouds,
    allowsAmbient: options.allowAmbientCloudIdentity === true,
    items: new ItemsByIdentity(clock),
  }
  const close = async () => {
    await gateways.close()
    await clouds.close()
  }
  const open = (store: OpenOptions) => openStore(store, shared, rules)
  return {
    name: 'akeyless',
    open,
    lendToken: (store, { refused, ...within }) =>
      inSessionOf(store, shared, rules)(within, (session) => session.lend(refused)),
    close,
    [Symbol.asyncDispose]: close,
  }
}

interface Shared {
  readonly clock: Clock
  readonly gateways: Gateways
  readonly tokens: Tokens
  readonly refusals: Refusals
  readonly digests: Digests
  readonly clouds: Clouds
  readonly allowsAmbient: boolean
  readonly items: ItemsByIdentity
}

/** How work waits for a Gateway that answers nobody: until others should have their turn, or to its own end. */
type Attend = 'attend' | 'attendToTheEnd'

function inSessionOf(
  store: OpenOptions,
  shared: Shared,
  rules: UrlRules,
  attend: Attend = 'attend',
): InSession {
  const spec = specOf(store)
  const url = parseGatewayUrl(spec.akeylessGWApiURL, rules)
  if (spec.authSecretRef.kubernetesAuth !== undefined) refusePublic(url)
  return (options, run) => withSession({ ...shared, ...options, store, spec, url, attend }, run)
}

function specOf({ spec, title }: OpenOptions): AkeylessProvider {
  const { akeyless } = spec.provider
  if (akeyless !== undefined) return akeyless
  throw failure('InvalidSpec', `Cannot open ${title}: spec.provider.akeyless is missing`)
}

function openStore(store: OpenOptions, shared: Shared, rules: UrlRules): Provider {
  const spec = specOf(store)
  const last = new LastSession()
  const inSession = last.noted(inSessionOf(store, shared, rules))
  const toTheEnd = inSessionOf(store, shared, rules, 'attendToTheEnd')
  const { clock, items } = shared
  return {
    check: (options) => inSession(options, async () => {}),
    read(requests, options) {
      const ignoreCache = spec.ignoreCache === true
      return inSession(options, (session, within) =>
        readAll(requests, session, { items: items.of(session), clock, ignoreCache, store, options: within }),
      )
    },
    find(request, options) {
      const ignoreCache = spec.ignoreCache === true || request.fresh === true
      return inSession(options, (session, within) =>
        findAll(request, session, { items: items.of(session), clock, ignoreCache, store, options: within }),
      )
    },
    versions: (looks, { maxAgeMs, ...options }) =>
      inSession(options, (session, { signal }) =>
        versionsOf(looks, { session, signal, items: items.of(session), clock, maxAgeMs }),
      ),
    leases: createLeases({
      inSession: last.noted(toTheEnd),
      inLastSession: last.orLast(toTheEnd),
      log: store.log,
      clock,
    }),
  }
}

/** A JWT that the API server would accept goes to a Gateway and nowhere else. */
function refusePublic({ host, isPublic }: GatewayUrl): void {
  if (!isPublic) return
  throw failure(
    'InvalidSpec',
    `Cannot log in by Kubernetes auth at "${host}": the public service cannot review a JWT of this cluster; set ${gatewayUrlPath} to a Gateway of your own`,
  )
}

interface Opening extends Shared, ReadOptions {
  readonly store: OpenOptions
  readonly spec: AkeylessProvider
  readonly url: GatewayUrl
  readonly attend: Attend
}

/** Runs work that is logged in, under a signal that may also end when the Gateway leaves everybody waiting. */
async function withSession<T>(
  given: Opening,
  run: (session: Session, options: ReadOptions) => Promise<T>,
): Promise<T> {
  const { store, spec, url, gateways, onBehalfOf } = given
  given.signal.throwIfAborted()
  const ca = await caOf(spec, store.references, given.signal)
  const gateway = gateways.get(url, ca)
  return gateway[given.attend](given.signal, async (signal) => {
    const session = await openSession({ ...given, signal }, gateway, digestOf(ca))
    await session.logIn()
    return run(session, { signal, onBehalfOf })
  })
}

async function openSession(given: Opening, gateway: Gateway, caDigest: string): Promise<Session> {
  const { store, spec, url, digests, clouds, signal } = given
  const { references, log } = store
  const identity = await identify(spec, { references, digests, clouds, ambient: ambientOf(given), signal })
  if (identity.method === 'k8s') refusePublic(url)
  const base = await gateway.base(signal)
  return new Session({ ...given, gateway, identity, caDigest, base, references, log })
}

function ambientOf({ store, allowsAmbient }: Shared & { store: OpenOptions }): Ambient {
  if (store.isClusterWide !== true) return 'namespaced'
  return allowsAmbient ? 'allowed' : 'off'
}

interface ReadAllOptions {
  readonly items: IdentityItems
  readonly clock: Clock
  readonly ignoreCache: boolean
  readonly store: OpenOptions
  readonly options: ReadOptions
}

/** Each asker's outcome stands at its place. */
function readAll(
  requests: readonly ItemRequest[],
  session: Session,
  given: ReadAllOptions,
): Promise<ItemOutcome[]> {
  return Promise.all(requests.map((it) => readOne(it, session, given)))
}

/** Each item that is read has an audit record of its own besides. */
async function findAll(
  request: FindRequest,
  session: Session,
  given: ReadAllOptions,
): Promise<readonly FoundItem[]> {
  const { items, clock, store, options } = given
  const { host: gateway, accessId } = session
  const record = (result: string) =>
    audit(store.log, { action: 'find', onBehalfOf: options.onBehalfOf, gateway, accessId, result })
  try {
    const since = request.fresh === true ? { sinceMs: clock.monotonic() } : {}
    const names = await items.found.get(request, session, { signal: options.signal, ...since })
    const read = (key: string) => readOne({ key, fresh: request.fresh === true }, session, given)
    const found = await readFound(names, read)
    record('ok')
    return found
  } catch (error) {
    record(resultOf(error, options.signal))
    throw error
  }
}

async function readOne(request: ItemRequest, session: Session, given: ReadAllOptions): Promise<ItemOutcome> {
  const { items, clock, ignoreCache, store, options } = given
  const { onBehalfOf, signal } = options
  const { host: gateway, accessId } = session
  const version = request.version ?? 'latest'
  const record = (result: string) =>
    audit(store.log, { action: 'read', onBehalfOf, gateway, accessId, item: request.key, version, result })
  try {
    const value = await readItem(request, { session, signal, items, clock, ignoreCache })
    // Nothing was read: what its leases do is on record.
    if (value === 'mints') return { ok: false, mints: true, failure: mintedFailure(request.key) }
    record('ok')
    return { ok: true, value }
  } catch (error) {
    record(resultOf(error, signal))
    signal.throwIfAborted()
    return {
      ok: false,
      failure: error instanceof Error ? error : new Error('not an error', { cause: error }),
    }
  }
}
