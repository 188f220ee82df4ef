import { randomBytes } from 'node:crypto'
import { type FailureReason, failure } from '../../src/api/reason.ts'
import { explainIssuer, reasons } from '../../src/issuer/issuer-failure.ts'
import type { Client } from '../../src/kube/client.ts'
import { apiVersionOf } from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { createMetrics } from '../../src/runtime/metrics.ts'
import { type Done, type Reconcile, settled } from '../../src/runtime/reconcile.ts'
import { Shell } from '../../src/runtime/shell.ts'
import { type Reconcilable, StatusWriter } from '../../src/runtime/status-writer.ts'
import { Failure } from '../../src/std/failure.ts'
import { createLog } from '../../src/std/log.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import type { ContractKind } from './contract-kinds.ts'

type Fields = object
type Step = (stage: Stage) => Promise<void>

/** What somebody lives through. */
export type Steps = readonly Step[]

/** What every failure says. */
export const message = 'Cannot read /dev/token: ask for it'
const staleAfterMs = 600_000

/** What somebody lives through until he is in a state of the status contract. */
export const states = {
  unseen: [],
  'first attempt under way': [underWay],
  'failing for now, never good': [fails('GatewayUnreachable')],
  'failing for good': [fails('AccessDenied')],
  good: [succeeds],
  'good, with a warning': [warns],
  'good, then failing for now': [succeeds, fails('Throttled')],
  'good, then failing for now for long': [succeeds, fails('Throttled'), waits, fails('Throttled')],
  'good, then failing for good': [succeeds, fails('NotFound')],
  'good again': [succeeds, fails('NotFound'), succeeds],
  'good, then changed': [succeeds, changes],
  'good, then changed and under way': [succeeds, changes, underWay],
  'good, then changed and failing for now': [succeeds, changes, fails('DNSFailure')],
  'good, then changed and failing for good': [succeeds, changes, fails('TemplateFailed')],
} as const satisfies Record<string, Steps>

/** What differs for issuers, which fail for good by a reason of their own. */
export const issuerStates = {
  'failing for good': [fails('InvalidConfig')],
  'good, then failing for good': [succeeds, fails('InvalidConfig')],
  'good, then changed and failing for good': [succeeds, changes, fails('InvalidConfig')],
} as const satisfies Partial<Record<keyof typeof states, Steps>>

/** Those of kinds that can be suspended. */
export const suspendedStates = {
  'suspended before it was good': [suspends],
  'good, then suspended': [succeeds, suspends],
  'failing for good, then suspended': [fails('AccessDenied'), suspends],
} as const satisfies Record<string, Steps>

/** Makes an object for each state, and has the manager's own shell write its status; gives them as the API server then shows them. */
export async function reachAll(
  client: Client,
  kind: ContractKind,
  namespace: string,
  states: Readonly<Record<string, Steps>>,
): Promise<Readonly<Record<string, KubeObject>>> {
  const objects = Object.entries(states).map(
    async ([state, steps]) => [state, await reach(client, kind, namespace, steps)] as const,
  )
  return Object.fromEntries(await Promise.all(objects))
}

async function reach(
  client: Client,
  kind: ContractKind,
  namespace: string,
  steps: Steps,
): Promise<KubeObject> {
  const stage = new Stage(client, kind, namespace)
  await stage.create()
  for (const step of steps) await step(stage)
  return { ...(await stage.live()), apiVersion: apiVersionOf(kind.own), kind: kind.own.kind }
}

/** A failure of an attempt; a reason that is not ours is an issuer's. */
export function fails(reason: FailureReason | 'InvalidConfig'): Step {
  const cause =
    reason === 'InvalidConfig'
      ? new Failure(reason, message, { userMustAct: true })
      : failure(reason, message)
  return (stage) => stage.run(() => Promise.reject(cause))
}

async function succeeds(stage: Stage): Promise<void> {
  await stage.run(async () => good)
}

async function warns(stage: Stage): Promise<void> {
  await stage.run(async () => ({ ...good, warning: { reason: 'MockCAReplaced', message: 'For tests only' } }))
}

async function suspends(stage: Stage): Promise<void> {
  await stage.run(async () => ({ kind: 'suspended', message: 'Nothing is synced' }))
}

/** An attempt that lasts, and is stopped with the manager before it ends. */
async function underWay(stage: Stage): Promise<void> {
  const stopping = new AbortController()
  const lasting: Reconcile<Reconcilable, Fields> = async (_, context) => {
    stage.clock.advance(2000)
    await context.checkpoint({})
    stopping.abort()
    return good
  }
  await stage.run(lasting, stopping.signal)
}

async function waits(stage: Stage): Promise<void> {
  stage.clock.advance(staleAfterMs)
}

async function changes(stage: Stage): Promise<void> {
  await stage.change()
}

const good: Done<Fields> = {
  kind: 'done',
  reason: 'Synced',
  message: 'All is well',
  action: 'Updated',
  fields: {},
  next: settled,
}

/** One object and the shell that the manager would run its kind in. */
class Stage {
  readonly clock = new ManualClock()
  readonly #client: Client
  readonly #kind: ContractKind
  readonly #ref: { readonly name: string; readonly namespace?: string }
  readonly #writer: StatusWriter<Reconcilable, Fields>
  readonly #signal = new AbortController().signal
  #reconcile: Reconcile<Reconcilable, Fields> = () => Promise.resolve(good)
  readonly #shell: Shell<Reconcilable, Fields>

  constructor(client: Client, kind: ContractKind, namespace: string) {
    this.#client = client
    this.#kind = kind
    const name = `state-${randomBytes(4).toString('hex')}`
    this.#ref = kind.own.namespaced ? { namespace, name } : { name }
    const { clock } = this
    const written = { client, kind: kind.copy, fieldManager: 'keyferry', clock, fields: [] }
    this.#writer = new StatusWriter<Reconcilable, Fields>(written)
    this.#shell = this.#shellOf()
  }

  async create(): Promise<void> {
    const { copy, spec } = this.#kind
    const object = { apiVersion: apiVersionOf(copy), kind: copy.kind, metadata: this.#ref, spec }
    await this.#client.create<KubeObject>(copy, object, { signal: this.#signal, fieldManager: 'a-user' })
  }

  live(): Promise<Reconcilable> {
    return this.#client.get<Reconcilable>(this.#kind.copy, this.#ref, { signal: this.#signal })
  }

  async change(): Promise<void> {
    const { copy, change } = this.#kind
    await this.#client.mergePatch(
      copy,
      this.#ref,
      { spec: change },
      { signal: this.#signal, fieldManager: 'a-user' },
    )
  }

  async run(reconcile: Reconcile<Reconcilable, Fields>, signal = this.#signal): Promise<void> {
    this.#reconcile = reconcile
    await this.#shell.run(await this.live(), { failures: 0, signal })
  }

  #shellOf(): Shell<Reconcilable, Fields> {
    const { copy: kind } = this.#kind
    const name = kind.kind.toLowerCase()
    return new Shell<Reconcilable, Fields>({
      name,
      kind,
      informer: { liveMs: () => 3_600_000 },
      reconcile: (object, context) => this.#reconcile(object, context),
      writer: this.#writer,
      events: { record: () => {}, stop: () => Promise.resolve() },
      metrics: createMetrics({ process: false }).controller({ name, maxConcurrent: 1 }),
      log: createLog('silent'),
      clock: this.clock,
      timeoutMs: 60_000,
      graceMs: 1000,
      failureAction: 'Failed',
      ...ofKind(this.#kind.own.kind),
    })
  }
}

/** As the manager composes the controllers of the kinds. */
function ofKind(kind: string) {
  if (kind === 'ExternalSecret')
    return { staleness: { afterMs: () => staleAfterMs, lastSuccessMs: () => undefined } }
  if (kind.endsWith('SecretStore')) return {}
  const initial = { reason: reasons.initializing, message: 'The issuer was not checked yet' }
  return { initial, explain: (error: unknown) => explainIssuer(error, 60_000) }
}
