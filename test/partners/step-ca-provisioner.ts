import {
  createCipheriv,
  createHash,
  generateKeyPairSync,
  type JsonWebKey,
  pbkdf2Sync,
  randomBytes,
} from 'node:crypto'

/** A provisioner of step-ca whose tokens are JWTs signed by its own key. */
export interface Provisioner {
  readonly name: string
  readonly kid: string
  readonly publicKey: JsonWebKey
  /** With kid, alg and use; what an administrator could put into a Secret. */
  readonly privateKey: JsonWebKey
  /** Opens `encryptedKey`, which step-ca hands out to anybody. */
  readonly password: string
  readonly encryptedKey: string
}

/** Makes a provisioner with a new P-256 key. */
export function makeProvisioner(name: string): Provisioner {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const bare = pair.publicKey.export({ format: 'jwk' })
  const kid = thumbprint(bare)
  const marks = { kid, alg: 'ES256', use: 'sig' }
  const privateKey = { ...pair.privateKey.export({ format: 'jwk' }), ...marks }
  const password = randomBytes(24).toString('base64url')
  return {
    name,
    kid,
    publicKey: { ...bare, ...marks },
    privateKey,
    password,
    encryptedKey: encrypt(JSON.stringify(privateKey), password),
  }
}

/** RFC 7638. */
function thumbprint({ crv, kty, x, y }: JsonWebKey): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
}

/** A compact JWE, PBES2-HS256+A128KW and A256GCM (RFC 7518, 4.8 and 5.3), as `step ca init` writes it. */
function encrypt(text: string, password: string): string {
  const alg = 'PBES2-HS256+A128KW'
  const iterations = 10_000
  const salt = randomBytes(16)
  const header = encoded(
    JSON.stringify({
      alg,
      cty: 'jwk+json',
      enc: 'A256GCM',
      p2c: iterations,
      p2s: salt.toString('base64url'),
    }),
  )
  const derived = pbkdf2Sync(
    password,
    Buffer.concat([Buffer.from(`${alg}\0`), salt]),
    iterations,
    16,
    'sha256',
  )
  const contentKey = randomBytes(32)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(Buffer.from(header))
  const content = Buffer.concat([cipher.update(text), cipher.final()])
  const parts = [wrapped(contentKey, derived), iv, content, cipher.getAuthTag()]
  return [header, ...parts.map((it) => encoded(it))].join('.')
}

function wrapped(key: Buffer, by: Buffer): Buffer {
  const cipher = createCipheriv('id-aes128-wrap', by, Buffer.alloc(8, 0xa6))
  return Buffer.concat([cipher.update(key), cipher.final()])
}

function encoded(value: string | Buffer): string {
  return Buffer.from(value).toString('base64url')
}
