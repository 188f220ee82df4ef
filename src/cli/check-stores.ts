import { type CheckName, type Finding, failed, ok, skipped, type Verdict } from '../check/finding.ts'
import { checkGateway, type GatewayTarget } from '../check/gateway.ts'
import type { Legs } from '../check/legs.ts'
import { checkLogin } from '../check/login.ts'
import { isNotFound } from '../kube/errors.ts'
import { Failure } from '../std/failure.ts'
import { Slots } from '../std/slots.ts'
import { isReferent } from '../store/scope.ts'
import { dependenciesIn } from '../store/wake.ts'
import { type OpenedTarget, Opening, type OpeningOptions } from './check-opening.ts'
import { type StoreTarget, type Targets, targetsOf } from './check-targets.ts'
import { legsBefore } from './check-ways.ts'

export interface StoreCheckOptions extends OpeningOptions {
  readonly legs: Legs
  readonly signal: AbortSignal
  /** Takes the findings of one stage. */
  readonly emit: (findings: readonly Finding[]) => void
}

const atATime = 5

interface Found extends OpenedTarget {
  readonly target: StoreTarget
}

/** Walks from every store to its login: the stores themselves, then their Gateways, each once, then the logins. */
export async function checkStores(options: StoreCheckOptions): Promise<void> {
  const { emit } = options
  const { targets, finding } = await listed(options)
  emit(finding)
  await using opening = new Opening(options)
  // What is wrong there has a line of its own.
  await opening.readSchemas(options.signal).catch(() => undefined)
  const opened = new Map<StoreTarget, OpenedTarget>()
  emit(await inTurns(targets, (it) => openOne(it, opening, opened, options)))
  const broken = new Map<GatewayTarget, CheckName>()
  const gateways = await inTurns(opening.gateways.all, async (it) => {
    const { findings, brokenAt } = await checkGateway(it, options.legs)
    if (brokenAt !== undefined) broken.set(it, brokenAt)
    return findings
  })
  emit(gateways.flat())
  // In the order of the list, whichever was opened first.
  const found = targets.flatMap((target) => {
    const one = opened.get(target)
    return one === undefined ? [] : [{ target, ...one }]
  })
  emit((await inTurns(found, (it) => loginOf(it, broken, options))).flat())
}

/** The stores, and a finding when there is something to say of the list itself. */
async function listed({
  flags,
  client,
  legs,
}: StoreCheckOptions): Promise<{ targets: readonly StoreTarget[]; finding: readonly Finding[] }> {
  let found: Targets = { targets: [] }
  const finding = await legs.run('store', flags.store, async (signal) => {
    try {
      found = await targetsOf(flags, client, signal)
    } catch (error) {
      if (flags.store === undefined || !isNotFound(error)) throw error
      return failed(
        'there is no such store',
        'create it or correct its name: NAMESPACE/NAME, or NAME of a ClusterSecretStore',
      )
    }
    if (found.without !== undefined) return skipped(found.without)
    return found.targets.length === 0 ? skipped('there are no stores to look at') : ok('listed')
  })
  return { targets: found.targets, finding: finding.status === 'ok' ? [] : [finding] }
}

function openOne(
  target: StoreTarget,
  opening: Opening,
  found: Map<StoreTarget, OpenedTarget>,
  { legs }: StoreCheckOptions,
): Promise<Finding> {
  return legs.run('store', target.title, async (signal): Promise<Verdict> => {
    try {
      const opened = await opening.open(target, signal)
      if (opened === undefined) return skipped('another controller or provider serves it')
      if (isOfItsUser(target)) return referent
      found.set(target, opened)
      return ok(
        `its spec holds${opened.gateway === undefined ? '' : `; it names ${opened.gateway.url.host}`}`,
      )
    } catch (error) {
      if (isReferent(error)) return referent
      if (error instanceof Failure && error.reason === 'AccessDenied') return notAdmitted
      throw error
    }
  })
}

/** Whether it logs in as whoever uses it, and nobody does here. */
function isOfItsUser({ kind, store, requester }: StoreTarget): boolean {
  if (kind === 'SecretStore' || requester !== undefined) return false
  return dependenciesIn(store.spec).some((it) => it.namespace === undefined)
}

const notAdmitted = skipped('its spec.conditions do not admit this namespace')

const referent = skipped(
  'its identity comes from the namespace of each ExternalSecret: name one with -n to have it checked',
)

async function loginOf(
  { target, opened, references, gateway }: Found,
  broken: ReadonlyMap<GatewayTarget, CheckName>,
  { legs, client, signal }: StoreCheckOptions,
): Promise<readonly Finding[]> {
  const { kind, store, requester, title } = target
  const brokenAt = gateway && broken.get(gateway)
  if (brokenAt !== undefined) return [legs.skip('login', title, `${brokenAt} of ${gateway?.url.host} failed`)]
  const { namespace, name, uid } = store.metadata
  const onBehalfOf = { kind, namespace: namespace ?? requester, name, uid }
  const before = await legsBefore(store.spec, { references, client, signal })
  return checkLogin(
    { title, ...before, logIn: (within) => opened.provider.check({ signal: within, onBehalfOf }) },
    legs,
  )
}

/** A few at a time; the results are in the order of what was given. */
export function inTurns<T, R>(given: readonly T[], work: (it: T) => Promise<R>): Promise<R[]> {
  const slots = new Slots(atATime)
  return Promise.all(given.map((it) => slots.run(never, () => work(it))))
}

/** When the time is over the legs know it themselves, and end at once. */
const never = new AbortController().signal
