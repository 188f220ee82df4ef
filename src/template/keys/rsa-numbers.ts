import { FunctionError } from '../error.ts'
import type { DerReader } from './der-reader.ts'
import { integer, sequence } from './der-writer.ts'

/** An RSA private key (RFC 8017, A.1.2). */
export interface RsaNumbers {
  readonly n: bigint
  readonly e: bigint
  readonly d: bigint
  readonly p: bigint
  readonly q: bigint
  readonly dp: bigint
  readonly dq: bigint
  readonly qi: bigint
}

/** Longest modulus, as in OpenSSL (OPENSSL_RSA_MAX_MODULUS_BITS): checking a longer one takes too long. */
const mostBits = 16_384

/** What a PKCS#1 key begins with, before the numbers that can be computed. */
export type RsaSeed = Pick<RsaNumbers, 'n' | 'e' | 'd' | 'p' | 'q'> & Partial<RsaNumbers>

/** The key of its numbers, with those that follow from the others. Throws FunctionError when they do not fit. */
export function rsaNumbers(seed: RsaSeed): RsaNumbers {
  const { n, e, d, p, q } = seed
  const isSound = p > 1n && q > 1n && e > 2n && e < 2n ** 31n && n < 2n ** BigInt(mostBits) && p * q === n
  if (!isSound) throw faulty()
  const { dp = d % (p - 1n), dq = d % (q - 1n), qi = inverse(q, p) } = seed
  const doFit = (e * d) % (p - 1n) === 1n && (e * d) % (q - 1n) === 1n
  const areRight = dp === d % (p - 1n) && dq === d % (q - 1n) && qi < p && (qi * q) % p === 1n
  if (!doFit || !areRight) throw faulty()
  return { n, e, d, p, q, dp, dq, qi }
}

/** Reads a PKCS#1 key; throws FunctionError when it is not sound. */
export function readRsaNumbers(reader: DerReader): RsaNumbers {
  const fields = reader.inside()
  reader.end()
  if (fields.integer() !== 0n) throw new FunctionError('the private key is RSA with more than two primes')
  const next = () => fields.integer()
  return rsaNumbers({
    n: next(),
    e: next(),
    d: next(),
    p: next(),
    q: next(),
    dp: next(),
    dq: next(),
    qi: next(),
  })
}

/** The key as PKCS#1. */
export function pkcs1Of({ n, e, d, p, q, dp, dq, qi }: RsaNumbers): Buffer {
  return sequence(...[0n, n, e, d, p, q, dp, dq, qi].map(integer))
}

/** Throws FunctionError for a key that Go's crypto/rsa calls insecure and does not use. */
export function checkRsaSize({ n }: Pick<RsaNumbers, 'n'>): void {
  if (n < 2n ** 1023n) throw new FunctionError('the RSA key has less than 1024 bits')
}

/** The inverse of a number by a modulus (extended Euclid); 0 where there is none. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [remainder, next] = [modulus, value % modulus]
  let [factor, nextFactor] = [0n, 1n]
  while (next !== 0n) {
    const quotient = remainder / next
    ;[remainder, next] = [next, remainder - quotient * next]
    ;[factor, nextFactor] = [nextFactor, factor - quotient * nextFactor]
  }
  return remainder === 1n ? ((factor % modulus) + modulus) % modulus : 0n
}

function faulty(): FunctionError {
  return new FunctionError('the RSA private key holds numbers that do not fit together')
}
