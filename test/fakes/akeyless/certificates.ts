import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ServingCertificate } from './stand-in.ts'

const run = promisify(execFile)

/**
 * A self-signed certificate that is its own CA, for 127.0.0.1 and localhost, valid for two days; made with the
 * openssl command. Give `certificatePem` to clients as the CA.
 */
export async function selfSigned(commonName = 'localhost'): Promise<ServingCertificate> {
  const folder = await mkdtemp(join(tmpdir(), 'akeyless-stand-in-'))
  try {
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
    const names = ['-subj', `/CN=${commonName}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    await run('openssl', ['req', '-x509', ...curve, ...names, '-keyout', key, '-out', certificate])
    return { certificatePem: await readFile(certificate, 'utf8'), privateKeyPem: await readFile(key, 'utf8') }
  } finally {
    await rm(folder, { recursive: true })
  }
}
