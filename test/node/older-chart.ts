import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './run.ts'

const repository = join(import.meta.dirname, '../..')
const chart = 'charts/keyferry'

/** Whether this copy of the repository has that commit: some are shallow. */
export function hasCommit(commit: string): Promise<boolean> {
  return git('cat-file', '-e', `${commit}^{commit}`).then(
    () => true,
    () => false,
  )
}

/**
 * Puts the chart of an older commit into `folder`, and gives its path. A commit from before the chart gives today's
 * chart with the CRDs of that commit.
 */
export async function olderChart(folder: string, commit: string): Promise<string> {
  const target = join(folder, 'keyferry')
  await mkdir(folder, { recursive: true })
  if ((await filesOf(commit, `${chart}/templates/deployment.yaml`)).length > 0) {
    await extract(commit, folder)
    return target
  }
  await cp(join(repository, chart), target, { recursive: true })
  await takeCrds(target, commit)
  await setVersion(join(target, 'Chart.yaml'))
  return target
}

async function takeCrds(target: string, commit: string): Promise<void> {
  const crds = join(target, 'files/crds')
  for (const it of await readdir(crds)) await rm(join(crds, it))
  const files = (await filesOf(commit, 'config/crd')).filter((it) => it.endsWith('.yaml'))
  for (const it of files)
    await writeFile(join(crds, it.replace('config/crd/', '')), await git('show', `${commit}:${it}`))
}

async function setVersion(file: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(/^version: .*$/m, 'version: 0.0.1'))
}

async function filesOf(commit: string, path: string): Promise<string[]> {
  const names = await git('ls-tree', '-r', '--name-only', commit, '--', path)
  return names.split('\n').filter((it) => it !== '')
}

async function extract(commit: string, folder: string): Promise<void> {
  const archive = join(folder, 'older.tar')
  await git('archive', `--output=${archive}`, commit, chart)
  await run('tar', ['-xf', archive, '-C', folder, '--strip-components=1'])
}

function git(...args: readonly string[]): Promise<string> {
  return run('git', ['-C', repository, ...args])
}
