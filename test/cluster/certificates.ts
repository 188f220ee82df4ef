import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Makes a CA as `NAME.crt` and `NAME.key` in `directory`; P-256, valid for a day. */
export async function makeAuthority(directory: string, name = 'ca'): Promise<void> {
  await run('openssl', [
    ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj'.split(' '),
    `/CN=keyferry-test-${name}`,
    ...['-keyout', join(directory, `${name}.key`), '-out', join(directory, `${name}.crt`)],
  ])
}

/** Makes a serving certificate `NAME.crt`, `NAME.key` for the given DNS names and addresses, signed by a CA. */
export async function makeServingCertificate(
  directory: string,
  name: string,
  subjects: readonly string[],
  authority = 'ca',
): Promise<void> {
  const file = (suffix: string) => join(directory, `${name}.${suffix}`)
  await writeFile(file('ext'), `subjectAltName=${subjects.join(',')}\nextendedKeyUsage=serverAuth,clientAuth\n`)
  await run('openssl', [
    ...'req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj'.split(' '),
    ...[`/CN=${name}`, '-keyout', file('key'), '-out', file('csr')],
  ])
  await run('openssl', [
    ...['x509', '-req', '-in', file('csr'), '-CA', join(directory, `${authority}.crt`)],
    ...['-CAkey', join(directory, `${authority}.key`), '-CAcreateserial', '-days', '1'],
    ...['-extfile', file('ext'), '-out', file('crt')],
  ])
}

/** An RSA key that signs ServiceAccount tokens. */
export async function makeSigningKey(file: string): Promise<void> {
  await run('openssl', ['genrsa', '-out', file, '2048'])
}
