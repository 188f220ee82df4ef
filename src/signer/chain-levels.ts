import type { X509Certificate } from 'node:crypto'
import { isIssuedBy, isSelfSigned } from './issued-by.ts'

/** Certificates in order: each is signed by the next, the last by itself or by one that is not there. */
export type Chain = readonly [X509Certificate, ...X509Certificate[]]

/**
 * A certificate, those that signed it, those that signed one of these, and so on; each stands where it is met first. A
 * CA may be there in several forms, with the same name and key: as it certifies itself, and as others certify it.
 */
export interface Levels {
  readonly leaf: X509Certificate
  readonly above: readonly (readonly X509Certificate[])[]
}

/** The levels above `leaf`, without what belongs to none. CAs that certify each other are met once, as all are. */
export function levelsOf(leaf: X509Certificate, others: readonly X509Certificate[]): Levels {
  const left = new Set(others)
  const above: X509Certificate[][] = []
  for (let level = [leaf]; level.length > 0; ) {
    const signed = level.filter((it) => !isSelfSigned(it))
    level = [...left].filter((issuer) => signed.some((it) => isIssuedBy(it, issuer)))
    for (const it of level) left.delete(it)
    if (level.length > 0) above.push(level)
  }
  return { leaf, above }
}

/** Whether a CA that certifies itself is among them. */
export function hasRoot({ above }: Levels): boolean {
  return above.some((level) => level.some(isSelfSigned))
}

/** Which of several forms of one CA goes before another. */
export type Order = (one: X509Certificate, other: X509Certificate) => number

/** The shortest chain to a root, or one through all levels where there is none; of forms of a CA the first by `order`. */
export function chainIn({ leaf, above }: Levels, order: Order): Chain {
  const root = above.findIndex((level) => level.some(isSelfSigned))
  const levels = root === -1 ? above : above.slice(0, root + 1)
  const issuers: X509Certificate[] = []
  for (const level of levels.toReversed()) {
    const [upper] = issuers
    const isNext = (it: X509Certificate) =>
      upper === undefined ? root === -1 || isSelfSigned(it) : isIssuedBy(it, upper)
    issuers.unshift(...level.filter(isNext).toSorted(order).slice(0, 1))
  }
  return [leaf, ...issuers]
}
