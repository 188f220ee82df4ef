import { childAt, childrenOf, type Element, readDer, tags } from './der.ts'
import { type Names, readNames } from './names.ts'
import { readOid } from './oid.ts'
import { Unreadable } from './refusal.ts'

const oids = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
} as const

/** What the extensions of a CSR ask for, or those of a certificate grant; an absent one is undefined. */
export interface Extensions {
  readonly names: Names
  /** The value of the subjectAltName extension, to be copied byte for byte. */
  readonly namesDer: Uint8Array | undefined
  /** Bits as in `usages.ts`. */
  readonly keyUsage: number | undefined
  /** OIDs. */
  readonly extendedKeyUsages: readonly string[] | undefined
  /** The subject key identifier, hexadecimal. */
  readonly keyId: string | undefined
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | undefined } | undefined
}

/**
 * Reads the extensions that matter here from their SEQUENCE (RFC 5280 section 4.1); undefined is none. Throws Unreadable,
 * also when one stands there twice: which one counts would be a guess.
 */
export function readExtensions(list: Element | undefined): Extensions {
  const values = valuesOf(list)
  const namesDer = values.get(oids.subjectAltName)
  return {
    names: readNames(namesDer),
    namesDer,
    keyUsage: read(values.get(oids.keyUsage), keyUsageOf),
    extendedKeyUsages: read(values.get(oids.extendedKeyUsage), (it) => childrenOf(it).map(readOid)),
    keyId: read(values.get(oids.subjectKeyIdentifier), keyIdentifierOf),
    basicConstraints: read(values.get(oids.basicConstraints), basicConstraintsOf),
  }
}

function valuesOf(list: Element | undefined): ReadonlyMap<string, Uint8Array> {
  const values = new Map<string, Uint8Array>()
  for (const extension of list === undefined ? [] : childrenOf(list)) {
    const parts = childrenOf(extension)
    const oid = readOid(childAt(parts, 0, tags.oid))
    if (values.has(oid)) throw new Unreadable('an extension stands in it twice')
    // Between them may stand whether it is critical.
    if (parts.length > 2) childAt(parts, parts.length - 2, tags.boolean)
    values.set(oid, childAt(parts, parts.length - 1, tags.octetString).content)
  }
  return values
}

function read<Value>(value: Uint8Array | undefined, from: (element: Element) => Value): Value | undefined {
  return value && from(readDer(value))
}

function keyIdentifierOf(element: Element): string {
  return Buffer.from(childAt([element], 0, tags.octetString).content).toString('hex')
}

/** The first bit of a BIT STRING is the highest of its first byte, and is our lowest. */
function keyUsageOf({ tag, content }: Element): number {
  if (tag !== tags.bitString || content.length === 0 || content.length > 3) {
    throw new Unreadable('its key usage is malformed')
  }
  let usage = 0
  for (let bit = 0; bit < (content.length - 1) * 8; bit++) {
    const byte = content[1 + (bit >> 3)] ?? 0
    if ((byte & (0x80 >> (bit & 7))) !== 0) usage |= 1 << bit
  }
  return usage
}

function basicConstraintsOf(element: Element) {
  const parts = childrenOf(element)
  const flag = parts.find((it) => it.tag === tags.boolean)
  const limit = parts.find((it) => it.tag === tags.integer)
  const isSound = parts.length === [flag, limit].filter((it) => it !== undefined).length
  if (element.tag !== tags.sequence || !isSound) throw new Unreadable('its basic constraints are malformed')
  return { ca: flag !== undefined && flag.content[0] !== 0, pathLength: limit && smallNumber(limit) }
}

function smallNumber({ content: [value, ...more] }: Element): number {
  if (value === undefined || value > 0x7f || more.length > 0)
    throw new Unreadable('its path length is malformed')
  return value
}
