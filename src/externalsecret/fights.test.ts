import { beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { emptyTarget as target } from '../../test/fakes/secrets/target.ts'
import { createFightRecord, type FightRecord } from './fights.ts'
import type { Target } from './target.ts'

const conflict = expect.objectContaining({ reason: 'TargetConflict', userMustAct: true }) as Error

const { owner } = target

let clock: ManualClock
let fights: FightRecord

beforeEach(() => {
  clock = new ManualClock()
  fights = createFightRecord(clock)
})

function repair(times: number, of: Target = target): void {
  for (let time = 0; time < times; time++) fights.record(of)
}

test('five repairs within ten minutes are no fight, the sixth is', () => {
  repair(5)

  expect(() => fights.record(target)).toThrow(conflict)
})

test('repairs that are far apart are no fight', () => {
  for (let round = 0; round < 20; round++) {
    repair(1)
    clock.advance(121_000)
  }

  expect(() => fights.record(target)).not.toThrow()
})

test('a fight that was lost is not taken up again by time alone', () => {
  repair(5)
  expect(() => fights.record(target)).toThrow(conflict)
  clock.advance(24 * 3_600_000)

  expect(() => fights.record(target)).toThrow(conflict)
})

test.each([
  ['another generation', { generation: 2 }],
  ['another ExternalSecret of the name', { uid: 'u2' }],
])('%s begins a new count', (_, change) => {
  repair(5)
  expect(() => fights.record(target)).toThrow(conflict)

  expect(() => repair(5, { ...target, owner: { ...owner, ...change } })).not.toThrow()
})

test('the fight of one ExternalSecret is not that of another, and it goes with it', () => {
  repair(5)

  expect(() => fights.record({ ...target, owner: { ...owner, name: 'other' } })).not.toThrow()
  fights.forget('shop/db')
  expect(() => repair(5)).not.toThrow()
})

test('the message names the Secret and says what to do', () => {
  repair(5)

  expect(() => fights.record(target)).toThrow(
    /Secret "shop\/secret".*end the other writer, then change the spec/,
  )
})
