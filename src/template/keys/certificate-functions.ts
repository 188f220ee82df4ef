import { FunctionError } from '../error.ts'
import { type Env, type Functions, fn, slow } from '../function.ts'
import { decodeBase64 } from '../value/base64.ts'
import { type GoString, type Int, Slice, type Value } from '../value/value.ts'
import { firstCertificate } from './certificate.ts'
import { CertificatePair } from './certificate-pair.ts'
import type { CertificateRequest } from './certificate-request.ts'
import { newRsaKey } from './generate-key.ts'
import { parseIp } from './ip.ts'
import { type Issuer, issueCertificate } from './issue.ts'
import { publicKeyInfoOf } from './key-object.ts'
import { encodePem } from './pem.ts'
import type { Pkcs8Key } from './private-key.ts'
import { readLabelledPrivateKey } from './private-key-reader.ts'
import { traditionalPem } from './private-key-writer.ts'

const list = '[]interface {}'
const pair = CertificatePair.type

/** sprig's functions of certificates; each gives an object with the fields Cert and Key. */
export const certificateFunctions: Functions = {
  buildCustomCert: fn(['string', 'string'], ([cert, key]) => customPair(cert, key)),
  genCA: slow(fn(['string', 'int'], ([cn, days], env) => authority(cn, days, newKey(), env))),
  genCAWithKey: slow(
    fn(['string', 'int', 'string'], ([cn, days, key], env) => authority(cn, days, given(key), env)),
  ),
  genSelfSignedCert: slow(
    fn(['string', list, list, 'int'], ([cn, ips, names, days], env) =>
      issued(server(cn, ips, names, days, newKey()), undefined, env),
    ),
  ),
  genSelfSignedCertWithKey: slow(
    fn(['string', list, list, 'int', 'string'], ([cn, ips, names, days, key], env) =>
      issued(server(cn, ips, names, days, given(key)), undefined, env),
    ),
  ),
  genSignedCert: slow(
    fn(['string', list, list, 'int', pair], ([cn, ips, names, days, ca], env) =>
      issued(server(cn, ips, names, days, newKey()), issuerOf(ca), env),
    ),
  ),
  genSignedCertWithKey: slow(
    fn(['string', list, list, 'int', pair, 'string'], ([cn, ips, names, days, ca, key], env) =>
      issued(server(cn, ips, names, days, given(key)), issuerOf(ca), env),
    ),
  ),
}

const newKey = (): Pkcs8Key => newRsaKey(2048)

function given(text: GoString): Pkcs8Key {
  const key = readLabelledPrivateKey(text)
  if (key.kind === 'dsa')
    throw new FunctionError('certificates are made with RSA, ECDSA and Ed25519 keys only')
  return key
}

function authority(commonName: GoString, days: Int, key: Pkcs8Key, env: Env): CertificatePair {
  return issued({ commonName, ips: [], dnsNames: [], days: days.value, isCa: true, key }, undefined, env)
}

function server(
  commonName: GoString,
  ips: Value,
  names: Value,
  days: Int,
  key: Pkcs8Key,
): CertificateRequest {
  const addresses = texts(ips).map((it) => parseIp(it))
  if (!addresses.every((it) => it !== undefined)) throw new FunctionError('an IP address is none')
  return { commonName, ips: addresses, dnsNames: texts(names), days: days.value, isCa: false, key }
}

/** nil is an empty list. */
function texts(value: Value): readonly GoString[] {
  const items = value instanceof Slice ? value.items : []
  if (!items.every((it) => typeof it === 'string'))
    throw new FunctionError('a name or IP address is no string')
  return items
}

function issued(request: CertificateRequest, issuer: Issuer | undefined, env: Env): CertificatePair {
  env.budget.allocate(16_384)
  const certificate = issueCertificate(request, issuer, env)
  return new CertificatePair(encodePem('CERTIFICATE', certificate), traditionalPem(request.key))
}

function issuerOf(ca: Value): Issuer {
  if (!(ca instanceof CertificatePair))
    throw new FunctionError('the authority is no certificate with its key')
  const certificate = firstCertificate(ca.certificate)
  const key = given(ca.key)
  if (!publicKeyInfoOf(key).equals(certificate.publicKeyInfo))
    throw new FunctionError("the authority's key is not that of its certificate")
  return { certificate, key }
}

/** A pair of what the user has, both in base64. */
function customPair(cert: GoString, key: GoString): CertificatePair {
  const [certificate, privateKey] = [decoded(cert, 'certificate'), decoded(key, 'private key')]
  firstCertificate(certificate)
  readLabelledPrivateKey(privateKey)
  return new CertificatePair(certificate, privateKey)
}

function decoded(text: GoString, what: string): GoString {
  const bytes = decodeBase64(text)
  if (typeof bytes === 'string') return bytes
  throw new FunctionError(`the ${what} is not base64 at byte ${bytes.faultAt}`)
}
