import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Progress } from '../cluster/debian.ts'
import { bases, cacheFolder } from './bases.ts'
import { buildahBuild } from './buildah.ts'
import { type Architecture, ensureBuildah, ownArchitecture } from './debian.ts'
import { manifestDigest } from './oci.ts'
import { currentSources, repository, type Sources } from './sources.ts'

const platforms = ['linux/amd64', 'linux/arm64'] as const
type Platform = (typeof platforms)[number]

export interface ImageOptions {
  readonly platform?: Platform
  /** Where the archive is written; by default a file beside the cache that the next build of this tag replaces. */
  readonly output?: string
  readonly tag?: string
  /** This tree as it is by default. */
  readonly sources?: Sources
  readonly progress?: Progress
}

/** An image as one file that containerd and podman import. */
export interface BuiltImage {
  /** Path of an OCI archive. */
  readonly archive: string
  /** Of the image's manifest: `sha256:...`. */
  readonly digest: string
  /** The name under which it is imported. */
  readonly reference: string
}

/** Makes what images are built on, once, for every platform that they are built for. */
export async function prepareImages(progress: Progress): Promise<void> {
  await ensureBuildah(progress)
  for (const it of ['amd64', 'arm64'] as const) await bases(it, progress)
}

/** Whether images are built for the platform of this name. */
export function isPlatform(text: string): text is Platform {
  return platforms.some((it) => it === text)
}

/**
 * Builds the Dockerfile with buildah, on a builder and a base made here FROM scratch. The same sources give the same
 * digest. Needs root and Debian: `whyNoImage()` tells. The build stage is lent this tree's node_modules. Throws with
 * the last lines of buildah when a step fails.
 */
export async function buildImage(options: ImageOptions = {}): Promise<BuiltImage> {
  const { tag = 'dev', progress = () => {} } = options
  const architecture = architectureOf(options.platform)
  const archive = resolve(options.output ?? join(cacheFolder(), `keyferry-${tag}-${architecture}.tar`))
  const reference = `keyferry.test/keyferry:${tag}`
  await ensureBuildah(progress)
  const { store, ...names } = await bases(architecture, progress)
  const sources = options.sources ?? (await currentSources())
  await mkdir(dirname(archive), { recursive: true })
  const folder = await mkdtemp(`${archive}.partial-`)
  try {
    const file = join(folder, 'image.tar')
    const output = ['--platform', `linux/${architecture}`, '-t', `oci-archive:${file}:${reference}`]
    const args = [...argumentsOf(sources, names), ...output, sources.folder]
    await buildahBuild({ root: join(folder, 'store'), readOnly: store }, args, progress)
    const digest = await manifestDigest(file)
    await rename(file, archive)
    return { archive, digest, reference }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function architectureOf(platform: Platform | undefined): Architecture {
  if (platform === undefined) return ownArchitecture
  return platform === 'linux/arm64' ? 'arm64' : 'amd64'
}

function argumentsOf(sources: Sources, names: { readonly builder: string; readonly base: string }): string[] {
  const values = {
    // BuildKit says it by itself; buildah 1.28 does not.
    BUILDPLATFORM: `linux/${ownArchitecture}`,
    BUILDER: names.builder,
    BASE: names.base,
    SOURCE_DATE_EPOCH: `${sources.epoch}`,
    VERSION: sources.version,
    REVISION: sources.revision,
    CREATED: new Date(sources.epoch * 1000).toISOString().replace('.000Z', 'Z'),
  }
  const given = Object.entries(values).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])
  const lent = `${join(repository, 'node_modules')}:/src/node_modules:ro`
  return [...given, '--timestamp', `${sources.epoch}`, '--volume', lent]
}
