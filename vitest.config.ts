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
]

export default defineConfig({
  test: {
    // The tests wait for servers and clocks more than half of their time.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: SlowFirst },
    projects: [
      project('unit', ['src/**/*.test.ts', 'test/architecture.test.ts', 'test/fakes/**/*.test.ts', 'test/{fuzz,security}/**/*.test.ts', 'hack/**/*.test.ts']),
      project('integration', ['test/integration/**/*.test.ts'], {
        testTimeout: 180_000,
        globalSetup: ['test/cluster/vitest.ts'],
      }),
      project('e2e', ['test/e2e/**/*.test.ts'], {
        exclude: measured,
        testTimeout: 600_000,
        globalSetup: ['test/cluster/vitest.ts'],
      }),
      // They measure memory: nothing else may run beside them.
      project('load', measured, {
        fileParallelism: false,
        testTimeout: 600_000,
        globalSetup: ['test/cluster/vitest.ts'],
      }),
    ],
  },
})
