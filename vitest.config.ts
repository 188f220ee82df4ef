import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import SlowFirst from './test/slow-first.ts'

/** A test waits by words of its own for what was promised; these limits only end what hangs. */
const project = (name: string, include: string[], extra: object = {}) => ({
  test: {
    name,
    include,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Vitest's second is soon over on a busy machine.
    expect: { poll: { timeout: 10_000 } },
    ...extra,
  },
})

const measured = [
  'test/e2e/manager-load.test.ts',
  'test/e2e/faults-memory.test.ts',
  'test/e2e/faults-floods.test.ts',
  'test/e2e/image-start.test.ts',
]

const sleeping = 'test/e2e/watch-blackhole.test.ts'
const cores = availableParallelism()
/** Projects with another number of workers must take turns. */
const begins = (turn: number) => ({ sequence: { groupOrder: turn } })

export default defineConfig({
  test: {
    // The tests wait for servers and clocks more than half of their time.
    maxWorkers: cores + 1,
    sequence: { sequencer: SlowFirst },
    projects: [
      project('unit', ['src/**/*.test.ts', 'test/architecture.test.ts', 'test/fakes/**/*.test.ts', 'test/{fuzz,security}/**/*.test.ts', 'hack/**/*.test.ts'], {
        // To load the product anew for each file took two fifths of all their time.
        isolate: false,
      }),
      // It sleeps for minutes: beside many others nobody waits for it.
      project('integration', ['test/integration/**/*.test.ts', sleeping], {
        testTimeout: 180_000,
        globalSetup: ['test/cluster/vitest.ts'],
      }),
      project('e2e', ['test/e2e/**/*.test.ts'], {
        exclude: [...measured, sleeping],
        ...begins(1),
        // They wait for leases, kubelets and whole clusters nine tenths of their time.
        maxWorkers: Math.max(cores + 1, Math.min(8, 2 * cores)),
        testTimeout: 600_000,
        globalSetup: ['test/cluster/vitest.ts'],
      }),
      // They measure memory, one at a time (`takeTurn`): nothing but silence may run beside them.
      project('load', measured, {
        maxWorkers: 2,
        ...begins(2),
        testTimeout: 600_000,
        globalSetup: ['test/cluster/vitest.ts'],
      }),
    ],
  },
})
