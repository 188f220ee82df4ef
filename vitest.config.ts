import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], extra: object = {}) => ({
  test: { name, include, testTimeout: 10_000, hookTimeout: 120_000, ...extra },
})

export default defineConfig({
  test: {
    // The tests wait for servers most of their time; vitest would leave one of two cores idle.
    maxWorkers: 2,
    projects: [
      project('unit', ['src/**/*.test.ts', 'test/architecture.test.ts', 'test/fakes/**/*.test.ts', 'test/fuzz/**/*.test.ts', 'hack/**/*.test.ts']),
      project('integration', ['test/integration/**/*.test.ts'], {
        testTimeout: 60_000,
        globalSetup: ['test/cluster/vitest.ts'],
      }),
      project('e2e', ['test/e2e/**/*.test.ts'], {
        exclude: ['test/e2e/manager-load.test.ts'],
        testTimeout: 600_000,
        globalSetup: ['test/cluster/vitest.ts'],
      }),
      // Measures memory: nothing else may run beside it.
      project('load', ['test/e2e/manager-load.test.ts'], {
        testTimeout: 600_000,
        globalSetup: ['test/cluster/vitest.ts'],
      }),
    ],
  },
})
