import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitRepository, GitServer } from './git-server.ts'

const repository = join(import.meta.dirname, '../..')
const devFolder = 'example/cluster/dev'

/** The folder of files that people are to copy. */
export const gitopsPages = join(repository, 'docs/gitops')

/** A fleet's repository as the page has it, for servers of a test. */
export interface Fleet {
  readonly url: string
  /** Gives the commit. */
  commit(message: string): Promise<string>
  /** Puts an ExternalSecret of the item of its name into the dev environment, not yet committed. */
  add(name: string): Promise<void>
  remove(name: string): Promise<void>
}

/** Makes two repositories: one with the chart, at the tag that the page names, and the fleet's, which points at it. */
export async function newFleet(git: GitServer, gatewayUrl: string): Promise<Fleet> {
  const chart = await git.repository('keyferry', [[join(repository, 'charts'), 'charts']])
  await chart.tag('v0.1.0')
  const fleet = await git.repository(
    'fleet',
    ['example', 'flux'].map((it) => [join(gitopsPages, it), it] as const),
  )
  await replace(fleet, 'flux/keyferry/release.yaml', 'https://github.com/keyferry/keyferry', chart.url)
  const gateway = 'https://gateway.dev.example.com:8000/api/v2'
  await replace(fleet, `${devFolder}/environment.yaml`, gateway, gatewayUrl)
  await fleet.commit('Our servers')
  return {
    url: fleet.url,
    commit: (message) => fleet.commit(message),
    add: (it) => add(fleet, it),
    remove: (it) => remove(fleet, it),
  }
}

const first = 'externalsecret-api.yaml'

async function add(fleet: GitRepository, name: string): Promise<void> {
  const folder = join(fleet.directory, devFolder)
  const text = (await readFile(join(folder, first), 'utf8')).replace('api-token', name)
  await writeFile(join(folder, fileOf(name)), text.replaceAll(/name: api\b/g, `name: ${name}`))
  await replace(fleet, `${devFolder}/kustomization.yaml`, first, `${first}, ${fileOf(name)}`)
}

async function remove(fleet: GitRepository, name: string): Promise<void> {
  await rm(join(fleet.directory, devFolder, fileOf(name)))
  await replace(fleet, `${devFolder}/kustomization.yaml`, `, ${fileOf(name)}`, '')
}

function fileOf(name: string): string {
  return `externalsecret-${name}.yaml`
}

async function replace(fleet: GitRepository, file: string, from: string, to: string): Promise<void> {
  const path = join(fleet.directory, file)
  const text = await readFile(path, 'utf8')
  if (!text.includes(from)) throw new Error(`Cannot find ${from} in ${file}`)
  await writeFile(path, text.replace(from, to))
}
