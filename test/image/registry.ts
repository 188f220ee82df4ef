import { execFile } from 'node:child_process'
import { hash } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { findProgram } from '../cluster/binaries.ts'
import type { Progress } from '../cluster/debian.ts'
import { freePort } from '../cluster/free-port.ts'
import { start } from '../cluster/process.ts'
import { eventually } from '../manager/eventually.ts'

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const manifest = z.looseObject({ annotations: z.record(z.string(), z.string()).optional() })
const referrers = z.object({ manifests: z.array(z.object({ digest: z.string() })) })

/** An OCI registry in memory, over plain http on loopback. */
export interface Registry {
  /** Host and port. */
  readonly address: string
  /** Copies the image of an OCI archive into a repository. */
  push(archive: string, repository: string): Promise<void>
  /** Puts a changed copy beside what `reference` names, with whatever refers to that; gives the copy's reference. */
  forge(reference: string): Promise<string>
  stop(): Promise<void>
}

/** Starts a registry that logs into a folder. */
export async function startRegistry(folder: string, progress: Progress): Promise<Registry> {
  const program = await findProgram('registry', progress)
  const address = `127.0.0.1:${await freePort()}`
  const server = start(program, ['serve', address], { logFile: join(folder, 'registry.log') })
  await eventually('the registry answers', async () => (await fetch(`http://${address}/v2/`)).ok)
  return {
    address,
    async push(archive, repository) {
      await promisify(execFile)(program, ['push', archive, `${address}/${repository}:pushed`])
    },
    forge,
    stop: () => server.end(),
  }
}

async function forge(reference: string): Promise<string> {
  const [repository = '', digest = ''] = reference.split('@')
  const at = `http://${repository.replace('/', '/v2/')}`
  const original = manifest.parse(await read(`${at}/manifests/${digest}`))
  const subject = await put(at, { ...original, annotations: { ...original.annotations, forged: 'yes' } })
  const { manifests } = referrers.parse(await read(`${at}/referrers/${digest}`))
  for (const it of manifests)
    await put(at, { ...manifest.parse(await read(`${at}/manifests/${it.digest}`)), subject })
  return `${repository}@${subject.digest}`
}

async function read(url: string): Promise<unknown> {
  const answer = await fetch(url, { headers: { Accept: manifestType } })
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
  return answer.json()
}

async function put(at: string, content: object) {
  const body = JSON.stringify(content)
  const digest = `sha256:${hash('sha256', body)}`
  const headers = { 'Content-Type': manifestType }
  const answer = await fetch(`${at}/manifests/${digest}`, { method: 'PUT', headers, body })
  if (!answer.ok) throw new Error(`${at}: ${answer.status}`)
  return { mediaType: manifestType, digest, size: Buffer.byteLength(body) }
}
