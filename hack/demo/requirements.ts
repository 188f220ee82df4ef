import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

const needed = {
  go: 'Go builds the API server and cert-manager',
  openssl: 'openssl makes the certificates of the cluster',
}

/** Says in a sentence for each what is not on the PATH and why it is needed; empty when all is there. */
export async function missingPrograms(path = process.env['PATH'] ?? ''): Promise<readonly string[]> {
  const missing: string[] = []
  for (const [program, why] of Object.entries(needed)) {
    if (!(await isOnPath(program, path))) missing.push(`${program} is not on the PATH: ${why}`)
  }
  return missing
}

async function isOnPath(program: string, path: string): Promise<boolean> {
  for (const folder of path.split(delimiter)) {
    const found = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    )
    if (found) return true
  }
  return false
}

/** What an error and its causes say, without the stacks: they are of no use to whoever lacks a program or a right. */
export function wordsOfFailure(error: unknown): string {
  const words: string[] = []
  for (let it = error; it instanceof Error; it = it.cause) words.push(it.message)
  return words.join('\n   because: ')
}
