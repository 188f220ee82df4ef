import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sources } from '../image/sources.ts'
import { run } from './run.ts'

const repository = join(import.meta.dirname, '../..')

/** Whether this copy of the repository has that commit: some are shallow. */
export function hasCommit(commit: string): Promise<boolean> {
  return git('cat-file', '-e', `${commit}^{commit}`).then(
    () => true,
    () => false,
  )
}

/** Puts the tree of an older commit into `folder`: its chart is below, and an image can be built of it. */
export async function olderSources(folder: string, commit: string): Promise<Sources> {
  await mkdir(folder, { recursive: true })
  const archive = `${folder}.tar`
  await git('archive', `--output=${archive}`, commit)
  await run('tar', ['-xf', archive, '-C', folder])
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }
  const [revision = '', epoch = '0'] = (await git('log', '-1', '--format=%H %ct', commit)).trim().split(' ')
  return { folder, version, revision, epoch: Number(epoch) }
}

function git(...args: readonly string[]): Promise<string> {
  return run('git', ['-C', repository, ...args])
}
