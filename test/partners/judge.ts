import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findProgram, type Program } from '../cluster/binaries.ts'

/** What somebody else's code says of an object's status. */
export interface Verdict {
  readonly status: string
  readonly message: string
}

/** Verdicts under the names of what they are of. */
export type Verdicts = Readonly<Record<string, Verdict | undefined>>

/** Has a program of hack/go judge objects, all at once. */
export async function judge(
  program: Program & ('kstatus' | 'health-lua'),
  objects: Readonly<Record<string, object>>,
  args: readonly string[] = [],
): Promise<Verdicts> {
  const running = promisify(execFile)(await findProgram(program), args, { maxBuffer: 16 * 1024 * 1024 })
  const input = Object.values(objects).map((it) => JSON.stringify(it))
  running.child.stdin?.end(input.join('\n'))
  const { stdout } = await running
  const lines = stdout.trim().split('\n')
  const verdicts = lines.map((line) => JSON.parse(line) as Verdict)
  return Object.fromEntries(Object.keys(objects).map((name, index) => [name, verdicts[index]]))
}

/** The bare words of verdicts. */
export function statusesOf(verdicts: Verdicts): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(verdicts).map(([name, verdict]) => [name, verdict?.status]))
}
