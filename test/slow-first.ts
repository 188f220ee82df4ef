import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** These wait for minutes; begun last, they would be waited for alone. */
const slow = ['test/e2e/watch-blackhole.test.ts', 'test/e2e/manager-outage.test.ts']

/** Begins with the files that take longest. */
export default class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isSlow = (it: TestSpecification) => slow.some((name) => it.moduleId.endsWith(name))
    return [...sorted.filter(isSlow), ...sorted.filter((it) => !isSlow(it))]
  }
}
