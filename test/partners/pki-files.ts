import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The files of a CA with two tiers: certificates, and P-256 keys without a password. */
export interface TwoTiers {
  readonly root: string
  readonly intermediate: string
  readonly intermediateKey: string
}

/** Makes a root and an intermediate in a folder, valid for ten years, so that they outlive what tests ask for. */
export async function makeTwoTiers(directory: string, name: string): Promise<TwoTiers> {
  const at = (file: string) => join(directory, file)
  await writeFile(at('intermediate.ext'), authorityExtensions)
  await writeFile(at('root.cnf'), `${requestSection}[v3]\n${authorityExtensions}`)
  const root = [
    '-keyout',
    at('root.key'),
    '-out',
    at('root.crt'),
    '-config',
    at('root.cnf'),
    '-extensions',
    'v3',
  ]
  await run('openssl', ['req', '-x509', ...newKey, ...subject(`${name} root`), ...years, ...root])
  const request = ['-keyout', at('intermediate.key'), '-out', at('intermediate.csr')]
  await run('openssl', ['req', ...newKey, ...subject(`${name} issuing`), ...request])
  const signer = ['-CA', at('root.crt'), '-CAkey', at('root.key'), '-CAcreateserial', ...years]
  const files = [
    '-in',
    at('intermediate.csr'),
    '-extfile',
    at('intermediate.ext'),
    '-out',
    at('intermediate.crt'),
  ]
  await run('openssl', ['x509', '-req', ...signer, ...files])
  return {
    root: at('root.crt'),
    intermediate: at('intermediate.crt'),
    intermediateKey: at('intermediate.key'),
  }
}

/** Makes a serving certificate for 127.0.0.1, signed by the intermediate and followed by it. */
export async function makeServing(directory: string, tiers: TwoTiers): Promise<{ crt: string; key: string }> {
  const at = (file: string) => join(directory, file)
  await writeFile(
    at('serving.ext'),
    'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n',
  )
  const request = ['-keyout', at('serving.key'), '-out', at('serving.csr')]
  await run('openssl', ['req', ...newKey, ...subject('serving'), ...request])
  const signer = ['-CA', tiers.intermediate, '-CAkey', tiers.intermediateKey, '-CAcreateserial', '-days', '1']
  const files = ['-in', at('serving.csr'), '-extfile', at('serving.ext')]
  const { stdout } = await run('openssl', ['x509', '-req', ...signer, ...files])
  const chain = await run('openssl', ['x509', '-in', tiers.intermediate])
  await writeFile(at('serving.crt'), stdout + chain.stdout)
  return { crt: at('serving.crt'), key: at('serving.key') }
}

const newKey = '-nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256'.split(' ')

const years = ['-days', '3650']

const subject = (name: string) => ['-subj', `/CN=${name}`]

const authorityExtensions = `basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign,digitalSignature
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
`

const requestSection = '[req]\ndistinguished_name=dn\nprompt=no\n[dn]\n'
