import { SignFailure } from './sign-failure.ts'

/** Bits of the keyUsage extension, as numbers (RFC 5280 section 4.2.1.3). */
export const keyUsageBits = { digitalSignature: 0x01, keyCertSign: 0x20, cRLSign: 0x40 } as const

/** cert-manager's words for the bits of keyUsage. */
const keyUsages: ReadonlyMap<string, number> = new Map(
  Object.entries({
    signing: keyUsageBits.digitalSignature,
    'digital signature': keyUsageBits.digitalSignature,
    'content commitment': 0x02,
    'key encipherment': 0x04,
    'data encipherment': 0x08,
    'key agreement': 0x10,
    'cert sign': keyUsageBits.keyCertSign,
    'crl sign': keyUsageBits.cRLSign,
    'encipher only': 0x80,
    'decipher only': 0x100,
  }),
)

/** cert-manager's words for extended key usages, with their OIDs. */
const extendedKeyUsages: ReadonlyMap<string, string> = new Map(
  Object.entries({
    any: '2.5.29.37.0',
    'server auth': '1.3.6.1.5.5.7.3.1',
    'client auth': '1.3.6.1.5.5.7.3.2',
    'code signing': '1.3.6.1.5.5.7.3.3',
    'email protection': '1.3.6.1.5.5.7.3.4',
    's/mime': '1.3.6.1.5.5.7.3.4',
    'ipsec end system': '1.3.6.1.5.5.7.3.5',
    'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
    'ipsec user': '1.3.6.1.5.5.7.3.7',
    timestamping: '1.3.6.1.5.5.7.3.8',
    'ocsp signing': '1.3.6.1.5.5.7.3.9',
    'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
    'netscape sgc': '2.16.840.1.113730.4.1',
  }),
)

export interface Usages {
  /** Bits of keyUsage. */
  readonly keyUsage: number
  /** OIDs, each once, in the order asked. */
  readonly extendedKeyUsages: readonly string[]
}

/**
 * What a request's usages mean; digital signature and key encipherment where it names none, and cert sign for a CA, as
 * cert-manager has it. Throws SignFailure `Refused` for a word that is none of its.
 */
export function usagesOf(words: readonly string[], isCA: boolean): Usages {
  const oids = new Set<string>()
  let keyUsage = isCA ? keyUsageBits.keyCertSign : 0
  for (const word of words.length > 0 ? words : ['digital signature', 'key encipherment']) {
    const oid = extendedKeyUsages.get(word)
    if (oid !== undefined) oids.add(oid)
    else keyUsage |= bitOf(word)
  }
  return { keyUsage, extendedKeyUsages: [...oids] }
}

function bitOf(word: string): number {
  const bit = keyUsages.get(word)
  if (bit !== undefined) return bit
  const shown = JSON.stringify(word.slice(0, 40))
  throw new SignFailure('Refused', `the request asks for the usage ${shown}, which is not known`)
}
