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

/** What a distinguished name says. Throws Unreadable. */
export function readSubject(element: Element): Subject {
  const values = new Map<string, string[]>()
  if (childrenOf(element).some((it) => it.tag !== tags.set)) throw new Unreadable('its subject is malformed')
  for (const [type, more] of new Name(new Uint8Array(element.whole))
    .toJSON()
    .flatMap((it) => Object.entries(it))) {
    const key = shortNames[type] ?? type
    values.set(key, [...(values.get(key) ?? []), ...more])
  }
  return { der: element.whole, isEmpty: values.size === 0, values }
}
