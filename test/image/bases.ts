import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Progress } from '../cluster/debian.ts'
import { buildahBuild } from './buildah.ts'
import { type Architecture, debianPackages, ownArchitecture, type Packages } from './debian.ts'

const run = promisify(execFile)

/** Raise it when what this file makes changes: the cache is keyed by it. */
const recipe = 2

/** What stands in here for the images that cannot be pulled: names for the Dockerfile's arguments, and their store. */
export interface Bases {
  readonly store: string
  readonly builder: string
  readonly base: string
}

/** What Node is linked with. */
const libraries = ['libc6', 'libgcc-s1', 'libstdc++6']
/** What hack/run calls, with its libraries. */
const tools = [
  'bash',
  'coreutils',
  'libtinfo6',
  'libacl1',
  'libattr1',
  'libgmp10',
  'libselinux1',
  'libpcre2-8-0',
]

const made = new Map<Architecture, Promise<Bases>>()

/**
 * The builder and the base for a platform, made FROM scratch of Debian's packages and Node's program from npm, and
 * kept outside the tree under a name made of their versions.
 */
export function bases(architecture: Architecture, progress: Progress): Promise<Bases> {
  const known = made.get(architecture) ?? findOrMake(architecture, progress)
  made.set(architecture, known)
  return known
}

async function findOrMake(architecture: Architecture, progress: Progress): Promise<Bases> {
  const cache = cacheFolder()
  await mkdir(cache, { recursive: true })
  await dropLeftovers(cache)
  const own = await debianPackages(ownArchitecture, cache)
  const foreign = await debianPackages(architecture, cache)
  const npm = await npmFolder()
  const parts = [
    recipe,
    process.version,
    await foreign.identify(libraries),
    await own.identify([...libraries, ...tools]),
    await npmVersion(npm),
  ]
  const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
  const store = join(cache, `bases-${architecture}-${key}`)
  if (!existsSync(store)) await make({ store, architecture, own, foreign, npm }, progress)
  return { store, builder: 'localhost/keyferry-builder', base: 'localhost/keyferry-base' }
}

/** Builds that were killed leave their folders; none takes an hour. */
async function dropLeftovers(cache: string): Promise<void> {
  for (const it of (await readdir(cache)).filter((name) => name.includes('.partial-'))) {
    const found = await stat(join(cache, it)).catch(() => undefined)
    if (found !== undefined && Date.now() - found.mtimeMs > 3_600_000)
      await rm(join(cache, it), { recursive: true, force: true })
  }
}

interface Plan {
  readonly store: string
  readonly architecture: Architecture
  readonly own: Packages
  readonly foreign: Packages
  readonly npm: string
}

/** Made beside its place and moved there when it is whole: another process may make the same. */
async function make(plan: Plan, progress: Progress): Promise<void> {
  const started = Date.now()
  progress(
    `making the base and the builder for ${plan.architecture} of Debian's packages and Node ${process.version} (once)`,
  )
  const partial = await mkdtemp(`${plan.store}.partial-`)
  const root = join(partial, 'store')
  try {
    await makeBase(plan, join(partial, 'base'))
    await commit(root, join(partial, 'base'), 'localhost/keyferry-base', plan.architecture)
    await makeBuilder(plan, join(partial, 'builder'))
    await commit(root, join(partial, 'builder'), 'localhost/keyferry-builder', ownArchitecture)
    await rename(root, plan.store).catch((error: unknown) => {
      if (!existsSync(plan.store)) throw error
    })
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  progress(`  made them in ${Math.round((Date.now() - started) / 1000)} s`)
}

/** As distroless has it: Node with its libraries at /nodejs, root and a user that is not, no shell. */
async function makeBase({ foreign, architecture }: Plan, folder: string): Promise<void> {
  await foreign.unpack(libraries, folder)
  await rm(join(folder, 'usr/share'), { recursive: true, force: true })
  for (const it of await readdir(join(folder, 'usr/lib')))
    await rm(join(folder, 'usr/lib', it, 'gconv'), { recursive: true, force: true })
  await addNode(await nodeProgram(architecture, `${folder}.npm`), folder)
  await mkdir(join(folder, 'tmp'))
  await writeFile(
    join(folder, 'etc/passwd'),
    'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  )
  await writeFile(join(folder, 'etc/group'), 'root:x:0:\nnonroot:x:65532:\n')
  await writeFile(join(folder, 'etc/nsswitch.conf'), 'hosts: files dns\n')
}

/** Node with npm, a shell and what hack/run calls. */
async function makeBuilder({ own, npm }: Plan, folder: string): Promise<void> {
  await own.unpack([...libraries, ...tools], folder)
  await addNode(process.execPath, folder)
  await cp(npm, join(folder, 'nodejs/lib/node_modules/npm'), { recursive: true })
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(folder, 'nodejs/bin/npm'))
  await symlink('bash', join(folder, 'bin/sh'))
  await mkdir(join(folder, 'tmp'))
}

async function addNode(program: string, folder: string): Promise<void> {
  await mkdir(join(folder, 'nodejs/bin'), { recursive: true })
  await cp(program, join(folder, 'nodejs/bin/node'))
}

/** Node's program for a platform: the one that runs this, or that of its npm package, of the same version. */
async function nodeProgram(architecture: Architecture, downloads: string): Promise<string> {
  if (architecture === ownArchitecture) return process.execPath
  await mkdir(downloads, { recursive: true })
  const name = `node-linux-${architecture === 'amd64' ? 'x64' : 'arm64'}@${process.version.slice(1)}`
  await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', downloads, name])
  const [archive = ''] = await readdir(downloads)
  await run('tar', ['-xzf', join(downloads, archive), '-C', downloads])
  return join(downloads, 'package/bin/node')
}

async function commit(root: string, folder: string, name: string, architecture: Architecture): Promise<void> {
  const file = `${folder}.Containerfile`
  await writeFile(file, 'FROM scratch\nCOPY . /\nENV PATH=/nodejs/bin:/usr/bin:/bin\n')
  const args = ['--timestamp', '0', '--platform', `linux/${architecture}`, '-t', name, '-f', file, folder]
  await buildahBuild({ root }, args, () => {})
}

/** This machine's npm, which needs nothing but Node. */
async function npmFolder(): Promise<string> {
  const { stdout } = await run('sh', ['-c', 'command -v npm'])
  return dirname(dirname(await realpath(stdout.trim())))
}

async function npmVersion(folder: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }
  return version
}

/** Outside the tree, beside what hack/go built. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'keyferry', 'image')
}
