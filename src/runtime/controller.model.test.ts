import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { settle } from '../../test/fakes/manual-clock.ts'
import { WildLaws } from '../../test/fakes/runtime/wild-laws.ts'
import { WildManager } from '../../test/fakes/runtime/wild-manager.ts'
import { take, usualPlan, wildSteps } from '../../test/fakes/runtime/wild-steps.ts'

async function turns(count: number | undefined): Promise<void> {
  if (count === undefined) return settle()
  for (let at = 0; at < count; at++) await Promise.resolve()
}

/** Nothing goes wrong any more, and everything has its time. */
async function calmDown({ server, runs, clock }: WildManager): Promise<void> {
  server.fates.length = 0
  runs.plans.length = 0
  server.gates.open()
  for (let at = 0; at < 4; at++) {
    server.show()
    await settle()
    await clock.pass(361_000)
  }
  server.show()
  await settle()
}

test('whatever happens, the status is what was said last, and nothing on record is lost', async () => {
  await fc.assert(
    fc.asyncProperty(usualPlan, wildSteps, async (usual, steps) => {
      const manager = new WildManager(usual)
      const laws = new WildLaws(manager)
      manager.server.edit('a', (old) => old)
      await manager.start()
      for (const [step, count] of steps) {
        await take(step, manager)
        await turns(count)
      }
      await calmDown(manager)
      laws.atRest()
      await manager.stop()

      expect(laws.broken).toEqual([])
      expect(manager.clock.timerCount).toBe(0)
    }),
    // The same worlds each time; whoever hunts takes other seeds, and more of them.
    { numRuns: 100, seed: 1 },
  )
})
