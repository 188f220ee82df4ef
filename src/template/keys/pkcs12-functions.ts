import { FunctionError } from '../error.ts'
import { type Env, type Functions, fn, slow } from '../function.ts'
import { bytesOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import { type Certificate, firstCertificate, readCertificate } from './certificate.ts'
import { certificatesPem, orderChain } from './chain.ts'
import { decodePems, encodePem } from './pem.ts'
import { passwordOf } from './pkcs12-password.ts'
import { type Pkcs12, readPkcs12 } from './pkcs12-reader.ts'
import { writePkcs12, writeTrustStore } from './pkcs12-writer.ts'
import { readAnyPrivateKey } from './private-key-reader.ts'
import { pkcs8Of } from './private-key-writer.ts'

/** ESO's functions of PKCS#12 files; what they make is base64. */
export const pkcs12Functions: Functions = {
  pkcs12key: slow(fn(['string'], ([file], env) => keyPem('', file, env))),
  pkcs12keyPass: slow(fn(['string', 'string'], ([pass, file], env) => keyPem(pass, file, env))),
  pkcs12cert: slow(fn(['string'], ([file], env) => certificatePem('', file, env))),
  pkcs12certPass: slow(fn(['string', 'string'], ([pass, file], env) => certificatePem(pass, file, env))),
  pemToPkcs12: slow(fn(['string', 'string'], ([cert, key], env) => toPkcs12(first(cert, env), key, '', env))),
  pemToPkcs12Pass: slow(
    fn(['string', 'string', 'string'], ([cert, key, pass], env) =>
      toPkcs12(first(cert, env), key, pass, env),
    ),
  ),
  fullPemToPkcs12: slow(
    fn(['string', 'string'], ([certs, key], env) => toPkcs12(all(certs, env), key, '', env)),
  ),
  fullPemToPkcs12Pass: slow(
    fn(['string', 'string', 'string'], ([certs, key, pass], env) =>
      toPkcs12(all(certs, env), key, pass, env),
    ),
  ),
  pemTruststoreToPKCS12: slow(fn(['string'], ([certs], env) => toTrustStore(certs, '', env))),
  pemTruststoreToPKCS12Pass: slow(
    fn(['string', 'string'], ([certs, pass], env) => toTrustStore(certs, pass, env)),
  ),
}

function read(pass: GoString, file: GoString, env: Env): Pkcs12 {
  env.budget.step(file.length >> 6)
  env.budget.allocate(4 * file.length)
  return readPkcs12(bytesOf(file), passwordOf(pass))
}

function keyPem(pass: GoString, file: GoString, env: Env): GoString {
  return encodePem('PRIVATE KEY', pkcs8Of(read(pass, file, env).key))
}

/** From the leaf to the root; as they stand in the file where they make no chain. */
function certificatePem(pass: GoString, file: GoString, env: Env): GoString {
  const { certificates } = read(pass, file, env)
  try {
    return certificatesPem(orderChain(certificates, env.budget))
  } catch (error) {
    if (error instanceof FunctionError) return certificatesPem(certificates)
    throw error
  }
}

function toPkcs12(certificates: readonly Certificate[], key: GoString, pass: GoString, env: Env): GoString {
  env.budget.allocate(4 * key.length)
  return writePkcs12(readAnyPrivateKey(key), certificates, pass, env).toString('base64')
}

function toTrustStore(text: GoString, pass: GoString, env: Env): GoString {
  const certificates = text === '' ? [] : all(text, env)
  return writeTrustStore(certificates, pass, env).toString('base64')
}

/** What follows the first certificate is not looked at. */
function first(text: GoString, env: Env): readonly Certificate[] {
  env.budget.step(text.length >> 6)
  return [firstCertificate(text)]
}

/** ESO fails where white space follows the last certificate; nothing speaks against it. */
function all(text: GoString, env: Env): readonly Certificate[] {
  env.budget.step(text.length >> 6)
  env.budget.allocate(6 * text.length)
  const { blocks, rest } = decodePems(text)
  if (blocks.length === 0) throw new FunctionError('the certificate is not PEM')
  if (rest.trim() !== '') throw new FunctionError('text that is no PEM follows the last certificate')
  return blocks.map(({ bytes }) => readCertificate(bytes))
}
