import { execFile } from 'node:child_process'
import { cp, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const repository = join(import.meta.dirname, '../..')

/** What an image is built of, and what its labels say of that. */
export interface Sources {
  readonly folder: string
  readonly version: string
  readonly revision: string
  /** When the last commit was made, in seconds since 1970: what was changed since then has no date that stays. */
  readonly epoch: number
}

/** The sources of this tree, as they are when they are read. */
export async function currentSources(): Promise<Sources> {
  const text = await readFile(join(repository, 'package.json'), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  const [commit = '', epoch = '0'] = (await git('log', '-1', '--format=%H %ct')).split(' ')
  const dirty = (await git('status', '--porcelain')) !== ''
  const revision = commit === '' ? 'unknown' : `${commit}${dirty ? '-dirty' : ''}`
  return { folder: repository, version, revision, epoch: Number(epoch) }
}

/** A copy of what the Dockerfile reads of this tree: several builds are of the same while people go on working. */
export async function copySources(folder: string): Promise<Sources> {
  const sources = await currentSources()
  await mkdir(folder, { recursive: true })
  for (const it of [
    '.dockerignore',
    'Dockerfile',
    'LICENSE',
    'package.json',
    'package-lock.json',
    'hack',
    'src',
  ])
    await cp(join(repository, it), join(folder, it), { recursive: true })
  return { ...sources, folder }
}

/** What git prints; nothing for sources that came without their history. */
async function git(...args: readonly string[]): Promise<string> {
  const answer = await promisify(execFile)('git', args, { cwd: repository }).catch(() => ({ stdout: '' }))
  return answer.stdout.trim()
}
