import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { findProgram } from '../cluster/binaries.ts'
import { run } from '../node/run.ts'

const repository = join(import.meta.dirname, '../..')

/** A cluster with cert-manager in it, on which the blocks of a page are run. */
export interface Stage extends AsyncDisposable {
  /** Whether pods run. */
  readonly hasPods: boolean
  /** Runs a block as a reader would, from a folder like the repository's; throws with what it said when it fails. */
  run(block: string): Promise<string>
}

/** Where a reader stands: the folders of the repository that the page names, and a place for files of their own. */
export interface Folder extends AsyncDisposable {
  readonly path: string
}

/** Makes the folder, with links to what the page names. */
export async function makeFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'keyferry-readme-'))
  for (const it of ['charts', 'config', 'hack']) await symlink(join(repository, it), join(path, it))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** What a reader's shell knows: programs, cluster, and the two variables that the page has them set. */
interface Shell {
  readonly folder: string
  readonly kubeconfigFile: string
  readonly image: { readonly registry: string; readonly tag: string }
}

/**
 * Runs a block by bash, which stops at the first command that fails. `through` makes the command that really runs, such
 * as one in another network.
 */
export async function runBlock(
  shell: Shell,
  block: string,
  through: (command: string, args: readonly string[]) => [string, string[]] = (...it) => [it[0], [...it[1]]],
): Promise<string> {
  const programs = await Promise.all([findProgram('helm'), findProgram('kubectl')])
  const env = {
    PATH: [...programs.map((it) => dirname(it)), process.env['PATH'] ?? ''].join(delimiter),
    HOME: shell.folder,
    KUBECONFIG: shell.kubeconfigFile,
    REGISTRY: shell.image.registry,
    TAG: shell.image.tag,
  }
  const script = `set -euo pipefail; cd '${shell.folder}'\n${block}`
  try {
    return await run(...through('bash', ['-c', script]), { env, timeoutMs: 300_000 })
  } catch (cause) {
    const stdout = cause instanceof Error && 'stdout' in cause ? String(cause.stdout) : ''
    throw new Error(`This block fails:\n${block}\nIt printed:\n${stdout}`, { cause })
  }
}
