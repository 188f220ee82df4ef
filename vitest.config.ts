import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], extra: object = {}) => ({
  test: { name, include, testTimeout: 10_000, hookTimeout: 120_000, ...extra },
})

export default defineConfig({
  test: {
    projects: [
      project('unit', ['src/**/*.test.ts', 'test/architecture.test.ts', 'test/fakes/**/*.test.ts', 'hack/**/*.test.ts']),
      project('integration', ['test/integration/**/*.test.ts'], {
        testTimeout: 60_000,
        globalSetup: ['test/cluster/vitest.ts'],
      }),
      project('e2e', ['test/e2e/**/*.test.ts'], { testTimeout: 600_000, fileParallelism: false, globalSetup: ['test/cluster/vitest.ts'] }),
    ],
  },
})
