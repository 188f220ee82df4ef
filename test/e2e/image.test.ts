import { hash } from 'node:crypto'
import { mkdtemp, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packagesOf } from '../../hack/sbom/bundled.ts'
import { readLock } from '../../hack/sbom/lock.ts'
import { type BuiltImage, buildImage } from '../image/build.ts'
import type { Unpacked } from '../image/container.ts'
import { whyNoImage } from '../image/debian.ts'
import { configOf, filesOf, unpackImage } from '../image/oci.ts'
import { copySources, type Sources } from '../image/sources.ts'

const missing = await whyNoImage()

describe.skipIf(missing !== undefined)(`the image${missing === undefined ? '' : ` (${missing})`}`, () => {
  let directory: string
  let sources: Sources
  let built: readonly [BuiltImage, BuiltImage]
  let unpacked: Unpacked

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'keyferry-image-'))
    sources = await copySources(join(directory, 'sources'))
    const into = (name: string) => ({ tag: 'test', sources, output: join(directory, name), progress: say })
    built = await Promise.all([buildImage(into('first.tar')), buildImage(into('second.tar'))])
    const folder = join(directory, 'root')
    await unpackImage(built[0].archive, folder)
    unpacked = { folder, config: await configOf(built[0].archive) }
  }, 600_000)

  afterAll(() => rm(directory, { recursive: true, force: true }))

  test('is the same to the digest when it is built twice', () => {
    expect(built[1].digest).toBe(built[0].digest)
  })

  test('holds Node, its libraries and the bundle: no shell, package manager, compiler or source map', async () => {
    const paths = (await filesOf(built[0].archive)).filter((it) => !it.endsWith('/'))

    const others = paths.filter((it) => !isLibrary(it) && !isOfKeyferry(it))

    expect(others.toSorted()).toEqual([
      'etc/group',
      'etc/ld.so.conf.d/x86_64-linux-gnu.conf',
      'etc/nsswitch.conf',
      'etc/passwd',
      'nodejs/bin/node',
    ])
    expect(await executables(unpacked.folder)).toEqual(['nodejs/bin/node'])
  })

  test('runs as a numeric user that is not root, by a command that needs no shell', () => {
    const { User, Entrypoint, Cmd = [], WorkingDir } = unpacked.config.config

    expect(User).toBe('65532:65532')
    expect([Entrypoint[0], Entrypoint.at(-1), Cmd, WorkingDir]).toEqual([
      'node',
      '/app/keyferry.mjs',
      [],
      '/app',
    ])
  })

  test('says by its labels what it is and which sources it was made of', async () => {
    const { Labels } = unpacked.config.config
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
    const label = (name: string) => Labels[`org.opencontainers.image.${name}`]

    expect(label('title')).toBe('Keyferry')
    expect(label('licenses')).toBe('Apache-2.0')
    expect(label('version')).toBe(version)
    expect(label('revision')).toMatch(/^[0-9a-f]{40}(-dirty)?$/)
    expect(label('created')).toBe(unpacked.config.created)
    expect(label('source')).toMatch(/^https:/)
    expect(label('description')).not.toBe('')
  })

  test('lists in its bill of materials every package that esbuild bundled, and no other', async () => {
    const bundled = packagesOf(await filesThatEsbuildBundles(), await readLock())
    const text = await readFile(join(unpacked.folder, 'app/sbom.cdx.json'), 'utf8')
    const bom = JSON.parse(text) as { components: { name: string; version: string; hashes: object[] }[] }

    const listed = bom.components.map((it) => `${it.name}@${it.version}`)

    expect(listed.toSorted()).toEqual(bundled.map((it) => `${it.name}@${it.version}`).toSorted())
    expect(bom.components.filter((it) => it.hashes.length === 0)).toEqual([])
  })

  test('carries the licence of every package in it', async () => {
    const licences = await readFile(join(unpacked.folder, 'app/LICENSES.txt'), 'utf8')
    const bundled = packagesOf(await filesThatEsbuildBundles(), await readLock())

    const without = bundled.filter((it) => !licences.includes(`==== ${it.name} ${it.version}\n`))

    expect(without).toEqual([])
  })

  test('is built for arm64, too, of the same files', async () => {
    const output = join(directory, 'arm64.tar')
    const image = await buildImage({ tag: 'test', platform: 'linux/arm64', sources, output })
    const folder = join(directory, 'arm64')
    await unpackImage(image.archive, folder)

    const config = await configOf(image.archive)

    expect([config.os, config.architecture]).toEqual(['linux', 'arm64'])
    expect({ ...config.config }).toEqual({ ...unpacked.config.config })
    expect(await machineOf(join(folder, 'nodejs/bin/node'))).toBe(elf.aarch64)
    expect(await contents(join(folder, 'app'))).toEqual(await contents(join(unpacked.folder, 'app')))
  })
})

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

function isLibrary(path: string): boolean {
  return /^(usr\/)?lib(64)?\/.*\.so(\.[0-9.]+)?$/.test(path)
}

function isOfKeyferry(path: string): boolean {
  const ours =
    /^app\/((keyferry|template-worker|chunk-\w+)\.mjs(\.LEGAL\.txt)?|LICENSE|LICENSES\.txt|sbom\.cdx\.json)$/
  return ours.test(path)
}

/** The files that may be run, libraries aside. */
async function executables(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((it) => it.isFile()).map((it) => join(it.parentPath, it.name))
  const modes = await Promise.all(files.map(async (it) => (await stat(it)).mode))
  const runnable = files.filter((_, index) => ((modes[index] ?? 0) & 0o111) !== 0)
  return runnable.map((it) => it.slice(folder.length + 1)).filter((it) => !isLibrary(it))
}

/** What esbuild itself says, without hack/build.ts and its source maps. */
async function filesThatEsbuildBundles(): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: ['src/main.ts', 'src/template/worker.ts'],
    outdir: 'nowhere',
    write: false,
    metafile: true,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
  })
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((it) => (inputs[it]?.bytesInOutput ?? 0) > 0),
  )
}

const elf = { aarch64: 183 }

/** The field e_machine of an ELF header. */
async function machineOf(program: string): Promise<number> {
  await using file = await open(program)
  const { buffer } = await file.read(Buffer.alloc(20), 0, 20, 0)
  return buffer.readUInt16LE(18)
}

/** The files of a folder by name, each as the sum of what is in it. */
async function contents(folder: string): Promise<Readonly<Record<string, string>>> {
  const names = (await readdir(folder)).toSorted()
  const texts = await Promise.all(names.map((it) => readFile(join(folder, it))))
  return Object.fromEntries(texts.map((text, index) => [names[index], hash('sha256', text)]))
}
