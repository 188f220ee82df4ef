import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Condition } from '../kube/object.ts'
import { type Basis, conditionsAfter, conditionTypes, type Outcome } from './status.ts'

const nowMs = Date.UTC(2026, 10, 21, 12)
const now = '2026-11-21T12:00:00Z'
const earlier = '2026-11-20T00:00:00Z'

const basis = (more: Partial<Basis> = {}): Basis => ({
  previous: [],
  generation: 3,
  nowMs,
  keepsLastGood: true,
  staleAtMs: nowMs + 600_000,
  ...more,
})
const condition = (
  type: string,
  status: Condition['status'],
  reason: string,
  more: Partial<Condition> = {},
): Condition => ({
  type,
  status,
  reason,
  message: `${reason}.`,
  lastTransitionTime: earlier,
  observedGeneration: 3,
  ...more,
})
const synced: Outcome = { kind: 'done', reason: 'Synced', message: 'Synced.' }
const unreachable: Outcome = {
  kind: 'failed',
  reason: 'GatewayUnreachable',
  message: 'No answer.',
  userMustAct: false,
}
const denied: Outcome = { kind: 'failed', reason: 'AccessDenied', message: 'Denied.', userMustAct: true }
const suspended: Outcome = { kind: 'suspended', message: 'spec.suspend is true' }
const progressing: Outcome = { kind: 'progressing' }

const good = [condition('Ready', 'True', 'Synced'), condition('LastSyncSucceeded', 'True', 'Synced')]
const degraded = [
  condition('Ready', 'True', 'Synced'),
  condition('LastSyncSucceeded', 'False', 'GatewayUnreachable'),
]
const stale = [
  condition('Ready', 'False', 'Stale'),
  condition('LastSyncSucceeded', 'False', 'GatewayUnreachable'),
]
const stalled = [
  condition('Ready', 'False', 'AccessDenied'),
  condition('LastSyncSucceeded', 'False', 'AccessDenied'),
  condition('Stalled', 'True', 'AccessDenied'),
]
const underWay = [
  condition('Ready', 'Unknown', 'Progressing'),
  condition('Reconciling', 'True', 'Progressing'),
]
const overdue = { staleAtMs: nowMs }

/** One line per condition: what a user reads. */
const read = (conditions: readonly Condition[]) =>
  conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`).join(', ')

describe('the status contract', () => {
  test.each<[string, Outcome, Partial<Basis>, string]>([
    ['done', synced, {}, 'Ready=True Synced, LastSyncSucceeded=True Synced'],
    ['done, nothing to keep', synced, { keepsLastGood: false }, 'Ready=True Synced'],
    ['done ends Stalled', synced, { previous: stalled }, 'Ready=True Synced, LastSyncSucceeded=True Synced'],
    [
      'done ends Reconciling',
      synced,
      { previous: underWay },
      'Ready=True Synced, LastSyncSucceeded=True Synced',
    ],
    ['done ends Stale', synced, { previous: stale }, 'Ready=True Synced, LastSyncSucceeded=True Synced'],
    [
      'a passing failure of the first attempt',
      unreachable,
      {},
      'Ready=False GatewayUnreachable, LastSyncSucceeded=False GatewayUnreachable, Reconciling=True GatewayUnreachable',
    ],
    [
      'a passing failure, nothing to keep',
      unreachable,
      { previous: good, keepsLastGood: false },
      'Ready=False GatewayUnreachable, Reconciling=True GatewayUnreachable',
    ],
    [
      'a passing failure after a success',
      unreachable,
      { previous: good },
      'Ready=True Synced, LastSyncSucceeded=False GatewayUnreachable',
    ],
    [
      'a passing failure after a success that stands no more',
      { ...unreachable, lastGoodIsGone: true },
      { previous: good },
      'Ready=False GatewayUnreachable, LastSyncSucceeded=False GatewayUnreachable, Reconciling=True GatewayUnreachable',
    ],
    [
      'a passing failure after a success of another generation',
      unreachable,
      { previous: good, generation: 4 },
      'Ready=False GatewayUnreachable, LastSyncSucceeded=False GatewayUnreachable, Reconciling=True GatewayUnreachable',
    ],
    [
      'a passing failure that lasts, in time',
      unreachable,
      { previous: degraded },
      'Ready=True Synced, LastSyncSucceeded=False GatewayUnreachable',
    ],
    [
      'a passing failure that lasts too long',
      unreachable,
      { previous: degraded, ...overdue },
      'Ready=False Stale, LastSyncSucceeded=False GatewayUnreachable',
    ],
    [
      'a passing failure that lasts for ever where nothing goes stale',
      unreachable,
      { previous: degraded, staleAtMs: undefined },
      'Ready=True Synced, LastSyncSucceeded=False GatewayUnreachable',
    ],
    [
      'another passing failure of what is stale',
      { ...unreachable, reason: 'Throttled' },
      { previous: stale },
      'Ready=False Stale, LastSyncSucceeded=False Throttled',
    ],
    [
      'a passing failure of what is stalled',
      unreachable,
      { previous: stalled },
      'Ready=False GatewayUnreachable, LastSyncSucceeded=False GatewayUnreachable, Reconciling=True GatewayUnreachable',
    ],
    [
      'a failure that needs a person, at once',
      denied,
      { previous: good },
      'Ready=False AccessDenied, LastSyncSucceeded=False AccessDenied, Stalled=True AccessDenied',
    ],
    [
      'a failure that needs a person, nothing to keep',
      denied,
      { keepsLastGood: false },
      'Ready=False AccessDenied, Stalled=True AccessDenied',
    ],
    ['suspended before it was synced', suspended, {}, 'Ready=Unknown Suspended, Suspended=True Suspended'],
    [
      'suspended under way',
      suspended,
      { previous: underWay },
      'Ready=Unknown Suspended, Suspended=True Suspended',
    ],
    [
      'suspended when synced',
      suspended,
      { previous: good, generation: 4 },
      'Ready=True Synced, LastSyncSucceeded=True Synced, Suspended=True Suspended',
    ],
    [
      'suspended when stalled',
      suspended,
      { previous: stalled },
      'Ready=False AccessDenied, LastSyncSucceeded=False AccessDenied, Stalled=True AccessDenied, Suspended=True Suspended',
    ],
    ['progressing', progressing, {}, 'Ready=Unknown Progressing, Reconciling=True Progressing'],
    [
      'progressing with a new spec',
      progressing,
      { previous: good, generation: 4 },
      'Ready=Unknown Progressing, LastSyncSucceeded=True Synced, Reconciling=True Progressing',
    ],
  ])('%s', (_, outcome, more, expected) => {
    const conditions = conditionsAfter(outcome, basis(more))

    expect(read(conditions)).toBe(expected)
  })
})

test('a status that stays keeps its time, one that changes gets a new one', () => {
  const conditions = conditionsAfter(
    unreachable,
    basis({ previous: [...good, condition('Stalled', 'True', 'Odd')] }),
  )

  expect(conditions.map((it) => it.lastTransitionTime)).toEqual([earlier, now])
})

test('a reason that changes alone does not move the time', () => {
  const [ready] = conditionsAfter({ ...synced, reason: 'Created' }, basis({ previous: good }))

  expect(ready).toMatchObject({ reason: 'Created', lastTransitionTime: earlier })
})

test('every condition names the generation it speaks of', () => {
  const fresh = conditionsAfter(denied, basis({ generation: 4 }))
  const kept = conditionsAfter(suspended, basis({ previous: good, generation: 4 }))

  expect(fresh.map((it) => it.observedGeneration)).toEqual([4, 4, 4])
  expect(kept.map((it) => it.observedGeneration)).toEqual([3, 3, 4])
})

test('a condition of an older CRD, which names no generation, is taken to speak of this one', () => {
  const { observedGeneration: _, ...ready } = condition('Ready', 'True', 'Synced')

  const conditions = conditionsAfter(unreachable, basis({ previous: [ready], generation: 9 }))

  expect(read(conditions)).toContain('Ready=True Synced')
})

const outcomes = fc.oneof(
  fc.constantFrom(synced, suspended, progressing),
  fc.record({
    kind: fc.constant('failed' as const),
    reason: fc.constantFrom('GatewayUnreachable', 'Throttled', 'NotFound'),
    message: fc.constantFrom('one', 'two'),
    userMustAct: fc.boolean(),
  }),
)
const histories = fc.array(fc.record({ outcome: outcomes, generation: fc.nat(2), minutes: fc.nat(30) }))

/** Conditions after a whole history, from nothing. */
function after(
  history: readonly { outcome: Outcome; generation: number; minutes: number }[],
  keepsLastGood: boolean,
) {
  let previous: readonly Condition[] = []
  for (const { outcome, generation, minutes } of history) {
    const staleAtMs = nowMs + (15 - minutes) * 60_000
    previous = conditionsAfter(outcome, basis({ previous, generation, staleAtMs, keepsLastGood }))
  }
  return previous
}

test('the same outcome twice makes no difference, whatever came before', () => {
  fc.assert(
    fc.property(histories, outcomes, fc.boolean(), (history, outcome, keepsLastGood) => {
      const base = basis({ previous: after(history, keepsLastGood), keepsLastGood })
      const once = conditionsAfter(outcome, base)

      const twice = conditionsAfter(outcome, { ...base, previous: once, nowMs: nowMs + 1000 })

      expect(twice).toEqual(once)
    }),
  )
})

test('conditions are never contradictory, whatever came before', () => {
  fc.assert(
    fc.property(histories, fc.boolean(), (history, keepsLastGood) => {
      fc.pre(history.length > 0)

      const byType = new Map(after(history, keepsLastGood).map((it) => [it.type, it.status]))

      expect([...byType.keys()].every((type) => conditionTypes.some((known) => known === type))).toBe(true)
      expect(byType.has('Ready')).toBe(true)
      expect(byType.has('Stalled') && byType.has('Reconciling')).toBe(false)
      expect(byType.get('Ready') === 'True' && (byType.has('Stalled') || byType.has('Reconciling'))).toBe(
        false,
      )
    }),
  )
})

test('a warning is a condition of its own beside Ready, outlives a failure, and goes with the next success without it', () => {
  const warned = conditionsAfter(
    { kind: 'done', reason: 'Checked', message: 'Well.', warning: { reason: 'Odd', message: 'It is odd.' } },
    basis({ keepsLastGood: false }),
  )
  const after = conditionsAfter(unreachable, basis({ keepsLastGood: false, previous: warned }))
  const last = conditionsAfter(synced, basis({ keepsLastGood: false, previous: after }))
  const told = (conditions: readonly Condition[]) =>
    conditions.map((it) => `${it.type} ${it.status} ${it.reason}`)

  expect(told(warned)).toEqual(['Ready True Checked', 'Warning True Odd'])
  expect(told(after)).toContain('Warning True Odd')
  expect(told(last)).toEqual(['Ready True Synced'])
})

test('a kind with a word of its own says it at first sight', () => {
  const why = { reason: 'Initializing', message: 'Not looked at yet.' }
  const [ready, reconciling] = conditionsAfter({ kind: 'progressing', why }, basis())

  expect([ready?.status, ready?.reason, reconciling?.reason]).toEqual([
    'Unknown',
    'Initializing',
    'Initializing',
  ])
})
