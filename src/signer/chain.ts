import { type KeyObject, X509Certificate } from 'node:crypto'
import { Recent } from '../std/recent.ts'
import { type Chain, chainIn, hasRoot, type Levels, levelsOf } from './chain-levels.ts'
import { keyOf } from './issued-by.ts'
import { objectionTo } from './judge-validity.ts'
import { refusedAnswer } from './refused-answer.ts'

const mostCertificates = 100
const mostBytes = 256 * 1024

/**
 * The chain that certifies `key`, from certificates in any order and any number of times. Signatures are verified. As
 * cert-manager's own builder does it, all must belong to the new certificate; unlike there, a CA may come in several
 * forms, as while an older root certifies a newer one: the chain then leads to the nearest root that holds now, so that
 * who trusts it trusts no more than need be. Throws SignFailure `Refused`.
 */
export function chainOf(certificates: readonly Uint8Array[], key: KeyObject, nowMs: number): Chain {
  refuseLarge(certificates)
  const unique = new Map(certificates.map((der) => [latin1(der), der]))
  const all = [...unique].map(([id, der]) => certificateOf(id, der))
  const leaf = leafOf(all, key)
  const others = all.filter((it) => it !== leaf)
  const levels = levelsOf(leaf, others)
  const lost = others.length - levels.above.flat().length
  if (lost > 0)
    throw refusedAnswer(`${countOf(lost)} of its certificates belong to no chain from the new one`)
  return chainIn(holdingIn(levels, nowMs), (one, other) => compare(one, other, nowMs))
}

/** Where a CA comes in several forms, the levels of those that hold now. */
function holdingIn(levels: Levels, nowMs: number): Levels {
  const { leaf, above } = levels
  if (above.every((level) => level.length === 1)) return levels
  const holding = levelsOf(
    leaf,
    above.flat().filter((it) => objectionTo(it, nowMs) === undefined),
  )
  // Where none of them is a root the chain is refused, in words that say why, or has no root at all.
  return hasRoot(holding) ? holding : levels
}

/** First what holds now, then what holds longest; of the same end any, but always the same one. */
function compare(one: X509Certificate, other: X509Certificate, nowMs: number): number {
  const flaws = (it: X509Certificate) => (objectionTo(it, nowMs) === undefined ? 0 : 1)
  const ends = other.validToDate.getTime() - one.validToDate.getTime()
  return flaws(one) - flaws(other) || ends || Buffer.compare(one.raw, other.raw)
}

/** Every answer of a CA brings its own certificates along: these are read and verified once. */
const recent = new Recent<string, X509Certificate>(200)

function certificateOf(id: string, der: Uint8Array): X509Certificate {
  const certificate = recent.get(id) ?? read(der)
  recent.set(id, certificate)
  return certificate
}

function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}

function refuseLarge(certificates: readonly Uint8Array[]): void {
  const bytes = certificates.reduce((sum, it) => sum + it.length, 0)
  if (certificates.length === 0) throw refusedAnswer('it gave no certificate')
  if (certificates.length > mostCertificates) throw refusedAnswer('it gave more than 100 certificates')
  if (bytes > mostBytes) throw refusedAnswer('its certificates are larger than 256 KiB')
}

/** Node reads PEM too, and stops where DER ends: what it read must be all that was given. */
function read(der: Uint8Array): X509Certificate {
  const certificate = tryRead(der)
  if (certificate === undefined || !certificate.raw.equals(der)) {
    throw refusedAnswer('one of its certificates is malformed')
  }
  return certificate
}

function tryRead(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der)
  } catch {
    return undefined
  }
}

function leafOf(all: readonly X509Certificate[], key: KeyObject): X509Certificate {
  const [leaf, second] = all.filter((it) => keyOf(it)?.equals(key))
  if (leaf === undefined) throw refusedAnswer("its certificate is for another key than the CSR's")
  if (second !== undefined) throw refusedAnswer("it gave two different certificates for the CSR's key")
  return leaf
}

function countOf(count: number): string {
  return count === 1 ? 'one' : String(count)
}
