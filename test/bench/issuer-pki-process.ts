// The PKI that a bench signs with, in a process of its own so that nobody's clock stands still for it: over HTTPS, with a
// bearer token, at /sign. Sends where it is once it listens, and how many CSRs it was handed whenever it is asked.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PkiAuthority } from '../fakes/pki/authority.ts'
import type { PkiAnswer, PkiRequest } from '../fakes/pki/handle.ts'
import { startPkiServer } from '../fakes/pki/server.ts'
import { quickAuthority } from './quick-authority.ts'

const directory = await mkdtemp(join(tmpdir(), 'keyferry-bench-pki-'))
const authority = await quickAuthority(directory)
const token = process.argv[2] ?? ''
let submits = 0
await using server = await startPkiServer({ authority: await PkiAuthority.make(), handle })
process.on('message', () => void process.send?.(submits))
process.send?.({ url: server.url, rootPem: server.authority.rootPem })
await new Promise<void>((resolve) => void process.once('disconnect', resolve))
await rm(directory, { recursive: true, force: true })

function handle({ path, headers, body }: PkiRequest): PkiAnswer {
  if (headers.authorization !== `Bearer ${token}`) return { status: 401 }
  if (path !== '/sign') return { status: path === '/health' ? 200 : 404, body: {} }
  submits += 1
  const { csr, seconds } = JSON.parse(body) as { csr: string; seconds: number }
  return { status: 200, body: { certificate: authority.sign(csr, seconds), chain: authority.chain } }
}
