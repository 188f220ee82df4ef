import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs openssl on files given by name; `@name` in an argument is the path of that file. Throws when it fails. */
export function openssl(
  args: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-openssl-'))
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
    const real = args.map((it) => it.replaceAll('@', `${folder}/`))
    return execFileSync('openssl', real, { stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const makers = {
  'RSA-1024': () => generateKeyPairSync('rsa', { modulusLength: 1024 }),
  'RSA-2048': () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'RSA-2048-e3': () => generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }),
  'RSA-3072': () => generateKeyPairSync('rsa', { modulusLength: 3072 }),
  'RSA-4096': () => generateKeyPairSync('rsa', { modulusLength: 4096 }),
  'RSA-PSS': () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
  'P-224': () => generateKeyPairSync('ec', { namedCurve: 'secp224r1' }),
  'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-256-explicit': () => generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' }),
  'P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  secp256k1: () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  Ed25519: () => generateKeyPairSync('ed25519'),
  Ed448: () => generateKeyPairSync('ed448'),
} as const

export type KeyKind = keyof typeof makers

const keys = new Map<KeyKind, KeyObject>()

/** A private key, PEM; one per kind and process, since RSA takes its time. */
export function keyPem(kind: KeyKind): string {
  const key = keys.get(kind) ?? makers[kind]().privateKey
  keys.set(kind, key)
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

export interface CsrOptions {
  readonly key?: KeyKind
  /** Lines of the openssl section of the distinguished name: `CN=a`; none is an empty subject. */
  readonly subject?: readonly string[]
  /** Lines of the section of extensions: `subjectAltName=DNS:a`. */
  readonly extensions?: readonly string[]
  /** Further arguments, such as `-sha384`. */
  readonly args?: readonly string[]
}

/** A CSR made by openssl, PEM. */
export function opensslCsr({
  key = 'P-256',
  subject = [],
  extensions = ['subjectAltName=DNS:shop.example.com'],
  args = [],
}: CsrOptions = {}): string {
  const config = [
    '[req]',
    'prompt=no',
    'distinguished_name=dn',
    extensions.length > 0 ? 'req_extensions=ext' : '',
    '[dn]',
    ...subject,
    '[ext]',
    ...extensions,
    '[dirname]',
    'CN=somewhere',
  ].join('\n')
  const empty = subject.length > 0 ? [] : ['-subj', '/']
  const files = { 'key.pem': keyPem(key), 'csr.cnf': config }
  return openssl(
    ['req', '-new', '-key', '@key.pem', '-config', '@csr.cnf', ...empty, ...args],
    files,
  ).toString()
}
