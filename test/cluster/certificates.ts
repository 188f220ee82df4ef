import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Makes a CA as `NAME.crt` and `NAME.key` in `directory`; P-256, valid for a day. */
export async function makeAuthority(directory: string, name = 'ca'): Promise<void> {
  const file = filesOf(directory, name)
  const subject = ['-subj', `/CN=keyferry-test-${name}`]
  await openssl('req -x509 -nodes -days 1', newKey, subject, ['-keyout', file.key, '-out', file.crt])
}

/** Makes a serving certificate `NAME.crt`, `NAME.key` for the given DNS names and addresses, signed by a CA. */
export async function makeServingCertificate(
  directory: string,
  name: string,
  subjects: readonly string[],
  authority = 'ca',
): Promise<void> {
  const file = filesOf(directory, name)
  const ca = filesOf(directory, authority)
  await writeFile(file.ext, `subjectAltName=${subjects.join(',')}\nextendedKeyUsage=serverAuth,clientAuth\n`)
  await openssl('req -nodes', newKey, ['-subj', `/CN=${name}`, '-keyout', file.key, '-out', file.csr])
  const signer = ['-CA', ca.crt, '-CAkey', ca.key, '-CAcreateserial']
  await openssl('x509 -req -days 1', ['-in', file.csr, '-extfile', file.ext, '-out', file.crt], signer)
}

/** An RSA key that signs ServiceAccount tokens. */
export async function makeSigningKey(file: string): Promise<void> {
  await openssl('genrsa', ['-out', file, '2048'])
}

const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:P-256'.split(' ')

async function openssl(command: string, ...args: readonly (readonly string[])[]): Promise<void> {
  const [verb = '', ...flags] = command.split(' ')
  // genrsa takes its size last, so that flags stand before the arguments for every verb.
  await run('openssl', [verb, ...flags, ...args.flat()])
}

function filesOf(directory: string, name: string) {
  const file = (suffix: string) => join(directory, `${name}.${suffix}`)
  return { key: file('key'), crt: file('crt'), csr: file('csr'), ext: file('ext') }
}
