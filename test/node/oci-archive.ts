import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './run.ts'

/** What an image is, beside its files. */
interface ImageConfig {
  /** With a registry's name before the first slash, and a tag. */
  readonly reference: string
  readonly entrypoint: readonly string[]
  readonly user?: string
}

const media = 'application/vnd.oci.image'

/** Packs the files below `rootFolder` into an image of one layer, as an OCI archive that containerd can import. */
export async function writeArchive(rootFolder: string, archive: string, image: ImageConfig): Promise<void> {
  const layout = `${archive}.layout`
  await mkdir(join(layout, 'blobs/sha256'), { recursive: true })
  await tar(rootFolder, join(layout, 'layer.tar'))
  const layer = await putBlob(layout, await readFile(join(layout, 'layer.tar')))
  await rm(join(layout, 'layer.tar'))
  const config = await putJson(layout, configOf(image, layer.digest))
  const manifest = await putJson(layout, {
    schemaVersion: 2,
    mediaType: `${media}.manifest.v1+json`,
    config: { mediaType: `${media}.config.v1+json`, ...config },
    layers: [{ mediaType: `${media}.layer.v1.tar`, ...layer }],
  })
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  await writeFile(join(layout, 'index.json'), JSON.stringify(indexOf(image, manifest)))
  await tar(layout, archive)
  await rm(layout, { recursive: true })
}

interface Blob {
  readonly digest: string
  readonly size: number
}

function configOf({ entrypoint, user = '65532:65532' }: ImageConfig, layer: string): object {
  return {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Entrypoint: entrypoint, User: user },
    rootfs: { type: 'layers', diff_ids: [layer] },
  }
}

function indexOf({ reference }: ImageConfig, manifest: Blob): object {
  const annotations = {
    'io.containerd.image.name': reference,
    'org.opencontainers.image.ref.name': reference,
  }
  const entry = { mediaType: `${media}.manifest.v1+json`, ...manifest, annotations }
  return { schemaVersion: 2, manifests: [entry] }
}

async function putJson(layout: string, value: object): Promise<Blob> {
  return await putBlob(layout, Buffer.from(JSON.stringify(value)))
}

async function putBlob(layout: string, bytes: Buffer): Promise<Blob> {
  const hash = createHash('sha256').update(bytes).digest('hex')
  await writeFile(join(layout, 'blobs/sha256', hash), bytes)
  return { digest: `sha256:${hash}`, size: bytes.length }
}

async function tar(folder: string, file: string): Promise<void> {
  const fixed = ['--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '--sort=name']
  await run('tar', [...fixed, '-C', folder, '-cf', file, '.'])
}
