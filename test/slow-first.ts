import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes a minute or longer, longest first: begun last, it would be waited for alone. */
const slow = [
  'test/e2e/watch-blackhole.test.ts',
  'test/e2e/issuer-kill.test.ts',
  'test/e2e/pod.test.ts',
  'test/e2e/manager-outage.test.ts',
  'test/e2e/leases-kill.test.ts',
  'test/e2e/kill-sweep.test.ts',
  'test/e2e/chart-install.test.ts',
  'test/e2e/manager-leaders.test.ts',
  'test/e2e/readme.test.ts',
  'test/e2e/issuer-conformance.test.ts',
  'test/e2e/manager-load.test.ts',
  'test/integration/faults-limits.test.ts',
  'test/integration/wake-ups.test.ts',
  'test/integration/leases.test.ts',
]

/** Begins with the files that take longest. */
export default class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification) => {
      const place = slow.findIndex((name) => moduleId.endsWith(name))
      return place === -1 ? slow.length : place
    }
    return sorted.toSorted((a, b) => rank(a) - rank(b))
  }
}
