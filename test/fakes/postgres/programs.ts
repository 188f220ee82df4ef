import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { installDebianPackages, isDebian, type Progress } from '../../cluster/debian.ts'

const needed = ['initdb', 'postgres', 'psql'] as const

/** Where Debian keeps the programs of each version. */
const debianRoot = '/usr/lib/postgresql'

/**
 * The folder that holds PostgreSQL's programs; Debian's package is installed when it is not there. Undefined on other
 * systems without it. Throws on Debian when it cannot be installed: there a test must not be skipped.
 */
export async function findPostgres(progress?: Progress): Promise<string | undefined> {
  const found = await search()
  if (found !== undefined || !(await isDebian())) return found
  await installDebianPackages(['postgresql'], progress)
  const installed = await search()
  if (installed === undefined) throw new Error('Cannot find PostgreSQL after its package was installed')
  return installed
}

async function search(): Promise<string | undefined> {
  const versions = await readdir(debianRoot).catch(() => [])
  const debian = versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(debianRoot, version, 'bin'))
  const path = (process.env['PATH'] ?? '').split(':').filter((it) => it !== '')
  return [...debian, ...path].find((folder) => needed.every((program) => existsSync(join(folder, program))))
}
