import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findProgram, type Program } from '../cluster/binaries.ts'

/** What somebody else's code says of an object's status. */
export interface Verdict {
  readonly status: string
  readonly message: string
}

/** Has a program of hack/go judge objects, all at once and in order. */
export async function judge(
  program: Program & ('kstatus' | 'health-lua'),
  objects: readonly object[],
  args: readonly string[] = [],
): Promise<readonly Verdict[]> {
  const running = promisify(execFile)(await findProgram(program), args, { maxBuffer: 16 * 1024 * 1024 })
  running.child.stdin?.end(objects.map((it) => JSON.stringify(it)).join('\n'))
  const { stdout } = await running
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Verdict)
}
