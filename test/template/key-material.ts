import { createPrivateKey, createPublicKey } from 'node:crypto'
import { bothEngines } from './both-engines.ts'
import type { GoEngine } from './go-engine.ts'

/** Certificates and keys as text, to be cut up and mixed. */
export interface KeyMaterial {
  readonly certificates: readonly string[]
  /** In PEM of all forms, and as JWK. */
  readonly keys: readonly string[]
}

const make =
  '{{ $rsa := genPrivateKey "rsa" }}{{ $ec := genPrivateKey "ecdsa" }}{{ $ed := genPrivateKey "ed25519" }}' +
  '{{ $one := genCAWithKey "one" 5 $rsa }}{{ $two := genCAWithKey "two" 5 $ec }}' +
  '{{ $leaf := genSignedCertWithKey "leaf" (list "10.0.0.1") (list "a.test") 5 $one $ec }}' +
  '{{ $other := genSignedCertWithKey "other" nil (list "b.test") 5 $two $ed }}' +
  '{{ range list $one.Cert $two.Cert $leaf.Cert $other.Cert $rsa $ec $ed }}{{ . }}{{ end }}'

/** Makes two small chains and their keys with the real engine. */
export async function makeKeyMaterial(engine: GoEngine): Promise<KeyMaterial> {
  const text = await bothEngines(engine).theirs(make)
  const blocks = text.match(/-----BEGIN [^]*?-----END [A-Z0-9 ]+-----\n/g) ?? []
  const keys = blocks.filter((it) => it.includes('PRIVATE KEY'))
  return {
    certificates: blocks.filter((it) => it.includes('CERTIFICATE')),
    keys: [...keys, ...keys.flatMap(otherForms)],
  }
}

function otherForms(pem: string): readonly string[] {
  const key = createPrivateKey(pem)
  const publicKey = createPublicKey(key)
  return [
    key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    JSON.stringify(key.export({ format: 'jwk' })),
    JSON.stringify(publicKey.export({ format: 'jwk' })),
  ]
}
