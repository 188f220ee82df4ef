import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ServingCertificate } from './stand-in.ts'

const run = promisify(execFile)

export interface Issue {
  /** As openssl spells them: `DNS:localhost`, `IP:127.0.0.1`; both of them unless said otherwise. */
  readonly names?: readonly string[]
  /** Already over when it is issued. */
  readonly expired?: boolean
}

/** A CA of a test, and serving certificates by it; made with the openssl command. */
export interface Authority extends AsyncDisposable {
  readonly caPem: string
  /** The file that `caPem` lies in. */
  readonly caFile: string
  issue(options?: Issue): Promise<ServingCertificate>
}

const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'.split(' ')

/** A CA of two days; its folder goes with it. */
export async function makeAuthority(): Promise<Authority> {
  const folder = await mkdtemp(join(tmpdir(), 'keyferry-authority-'))
  const { key, certificate: caFile } = filesOf(folder, 'ca')
  const own = ['-subj', '/CN=keyferry-test-gateways', '-days', '2', '-keyout', key, '-out', caFile]
  await run('openssl', ['req', '-x509', ...newKey, ...own])
  let issued = 0
  return {
    caPem: await readFile(caFile, 'utf8'),
    caFile,
    async issue({ names = ['DNS:localhost', 'IP:127.0.0.1'], expired = false } = {}) {
      const files = filesOf(folder, `serving-${issued++}`)
      await writeFile(files.extensions, `subjectAltName=${names.join(',')}\n`)
      const request = ['-subj', '/CN=gateway', '-keyout', files.key, '-out', files.request]
      await run('openssl', ['req', ...newKey, ...request])
      // A file of serial numbers would be read by one of two at once while the other writes it.
      const serial = ['-set_serial', `0x${randomBytes(8).toString('hex')}`]
      const ca = ['-CA', caFile, '-CAkey', key, ...serial, '-extfile', files.extensions]
      // A day before now is the earliest end that openssl takes.
      const signed = ['-days', expired ? '-1' : '2', '-in', files.request, '-out', files.certificate]
      await run('openssl', ['x509', '-req', ...ca, ...signed])
      return {
        privateKeyPem: await readFile(files.key, 'utf8'),
        certificatePem: await readFile(files.certificate, 'utf8'),
      }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

function filesOf(folder: string, name: string) {
  const file = (suffix: string) => join(folder, `${name}.${suffix}`)
  return { key: file('key'), request: file('csr'), extensions: file('ext'), certificate: file('crt') }
}
