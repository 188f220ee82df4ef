import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FailureReason } from '../../src/api/reason.ts'
import { connect } from '../cluster/client.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'
import { type CopiedKinds, copyKinds, type KindName } from '../partners/contract-kinds.ts'
import {
  fails,
  issuerStates,
  message,
  reachAll,
  type Steps,
  states,
  suspendedStates,
} from '../partners/contract-states.ts'
import { judge, statusesOf, type Verdicts } from '../partners/judge.ts'

type Status = 'Current' | 'InProgress' | 'Failed'
type StateName = keyof typeof states

/** What Flux and Helm 4 are to read of the contract (docs/gitops/README.md has the table). */
const expected: Readonly<Record<StateName, Status>> = {
  unseen: 'InProgress',
  'first attempt under way': 'InProgress',
  'failing for now, never good': 'InProgress',
  'failing for good': 'Failed',
  good: 'Current',
  'good, with a warning': 'Current',
  'good, then failing for now': 'InProgress',
  'good, then failing for now for long': 'InProgress',
  'good, then failing for good': 'Failed',
  'good again': 'Current',
  'good, then changed': 'InProgress',
  'good, then changed and under way': 'InProgress',
  'good, then changed and failing for now': 'InProgress',
  'good, then changed and failing for good': 'Failed',
}

/** Whether waiting helps, by reason. */
const byReason: Readonly<Record<FailureReason, Status>> = {
  InvalidSpec: 'Failed',
  StoreNotReady: 'InProgress',
  AuthFailed: 'InProgress',
  JWTRejected: 'Failed',
  AccessDenied: 'Failed',
  NotFound: 'Failed',
  KeyNotFound: 'Failed',
  Throttled: 'InProgress',
  GatewayUnreachable: 'InProgress',
  DNSFailure: 'InProgress',
  TLSFailure: 'InProgress',
  UnexpectedResponse: 'InProgress',
  TemplateFailed: 'Failed',
  TargetConflict: 'Failed',
  TargetImmutable: 'Failed',
  TargetRejected: 'Failed',
  DeletionHeld: 'Failed',
  AnotherController: 'Failed',
  CRDTooOld: 'Failed',
}

const cluster = sharedCluster()
const api = connect(cluster)
let namespace: string
let kindOf: CopiedKinds

beforeAll(async () => {
  namespace = await newNamespace('kstatus')
  kindOf = await copyKinds(cluster, ['ExternalSecret', 'SecretStore', 'ExternalIssuer'])
})

afterAll(() => api[Symbol.asyncDispose]())

async function judgedBy(kind: KindName, all: Readonly<Record<string, Steps>>): Promise<Verdicts> {
  return judge('kstatus', await reachAll(api.client, kindOf(kind), namespace, all))
}

test('kstatus reads an ExternalSecret in every state, and a passing failure leaves it Current', async () => {
  expect(statusesOf(await judgedBy('ExternalSecret', states))).toEqual({
    ...expected,
    'good, then failing for now': 'Current',
  })
})

test.each(['SecretStore', 'ExternalIssuer'] as const)(
  'kstatus reads the kind %s in every state',
  async (kind) => {
    const issuers = kind === 'ExternalIssuer' ? issuerStates : {}

    expect(statusesOf(await judgedBy(kind, { ...states, ...issuers }))).toEqual(expected)
  },
)

test('kstatus reads a suspended ExternalSecret as what it was before', async () => {
  expect(statusesOf(await judgedBy('ExternalSecret', suspendedStates))).toEqual({
    'suspended before it was good': 'InProgress',
    'good, then suspended': 'Current',
    'failing for good, then suspended': 'Failed',
  })
})

test('kstatus waits while a failure may pass and gives up at once, with our message, when a person must act', async () => {
  const reasons = Object.keys(byReason) as readonly FailureReason[]
  const verdicts = await judgedBy(
    'ExternalSecret',
    Object.fromEntries(reasons.map((it) => [it, [fails(it)]])),
  )

  expect(statusesOf(verdicts)).toEqual(byReason)
  expect(verdicts).toEqual(
    Object.fromEntries(reasons.map((it) => [it, expect.objectContaining({ message })])),
  )
})
