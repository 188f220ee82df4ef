import { Recent } from '../../std/recent.ts'
import { childrenOf, type Element, tags } from './der.ts'
import { Name } from './library.ts'
import { Unreadable } from './refusal.ts'

/** A distinguished name. */
export interface Subject {
  /** As it was encoded, to be copied byte for byte. */
  readonly der: Uint8Array
  readonly isEmpty: boolean
  /** Values in their order by attribute: `CN`, `O`, `OU`, `C`, `L`, `ST`, `SERIALNUMBER`...; an OID where it has no short name here. */
  readonly values: ReadonlyMap<string, readonly string[]>
}

/** Short names of RFC 4514 and of habit, for attributes that the library shows as OIDs. */
const shortNames: Readonly<Record<string, string>> = {
  '2.5.4.5': 'SERIALNUMBER',
  '2.5.4.9': 'STREET',
  '2.5.4.17': 'POSTALCODE',
  '0.9.2342.19200300.100.1.1': 'UID',
}

/** A CSR and its certificate mostly have the same name, and all certificates of a CA the same issuer. */
const recent = new Recent<string, Subject>(100)

/** What a distinguished name says. Throws Unreadable. */
export function readSubject(element: Element): Subject {
  const { whole } = element
  const id = Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).toString('latin1')
  const known = recent.get(id) ?? read(element)
  recent.set(id, known)
  return known
}

function read(element: Element): Subject {
  const values = new Map<string, string[]>()
  if (childrenOf(element).some((it) => it.tag !== tags.set)) throw new Unreadable('its subject is malformed')
  for (const [type, more] of new Name(new Uint8Array(element.whole))
    .toJSON()
    .flatMap((it) => Object.entries(it))) {
    const key = shortNames[type] ?? type
    values.set(key, [...(values.get(key) ?? []), ...more])
  }
  // A copy: what is remembered must not hold all that it was read from.
  return { der: element.whole.slice(), isEmpty: values.size === 0, values }
}
