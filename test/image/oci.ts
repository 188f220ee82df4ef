import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import { z } from 'zod'

const run = promisify(execFile)

const descriptor = z.object({ digest: z.string() })
const index = z.object({ manifests: z.tuple([descriptor]) })
const manifest = z.object({ config: descriptor, layers: z.array(descriptor) })
const imageConfig = z.object({
  architecture: z.string(),
  os: z.string(),
  created: z.string(),
  config: z.object({
    User: z.string(),
    Env: z.array(z.string()),
    Entrypoint: z.array(z.string()),
    Cmd: z.array(z.string()).optional(),
    WorkingDir: z.string(),
    Labels: z.record(z.string(), z.string()),
  }),
})

/** What a container runtime reads of an image: the OCI image configuration, without what we do not use. */
export type ImageConfig = z.output<typeof imageConfig>

/** The digest of the one manifest in an OCI archive. */
export async function manifestDigest(archive: string): Promise<string> {
  const [only] = index.parse(await readJson(archive, 'index.json')).manifests
  return only.digest
}

/** The configuration of the one image in an OCI archive. */
export async function configOf(archive: string): Promise<ImageConfig> {
  const { config } = await manifestOf(archive)
  return imageConfig.parse(await readJson(archive, blob(config.digest)))
}

/** Every path in every layer, without a slash before it. */
export async function filesOf(archive: string): Promise<readonly string[]> {
  const listings = await Promise.all(
    (await layersOf(archive)).map((it) => pipeLayer(archive, it, 'tar -tf -')),
  )
  return listings.flatMap((it) => it.trimEnd().split('\n')).map((it) => it.replace(/^\.?\//, ''))
}

/** Unpacks the layers one over the other, as a container runtime does. */
export async function unpackImage(archive: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const it of await layersOf(archive)) await pipeLayer(archive, it, 'tar -xpf - -C "$2"', folder)
}

async function layersOf(archive: string): Promise<readonly string[]> {
  const { layers } = await manifestOf(archive)
  return layers.map((it) => blob(it.digest))
}

async function manifestOf(archive: string): Promise<z.output<typeof manifest>> {
  return manifest.parse(await readJson(archive, blob(await manifestDigest(archive))))
}

function blob(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`
}

async function readJson(archive: string, path: string): Promise<unknown> {
  const { stdout } = await run('tar', ['-xOf', archive, path])
  return JSON.parse(stdout)
}

/** buildah writes layers as they are or compressed, after what the base was. */
async function pipeLayer(archive: string, layer: string, command: string, folder = ''): Promise<string> {
  const script = `set -o pipefail; { tar -xOf "$0" "$1" | gzip -dcf; } | ${command}`
  const { stdout } = await run('bash', ['-c', script, archive, layer, folder], {
    maxBuffer: 16 * 1024 * 1024,
  })
  return stdout
}
