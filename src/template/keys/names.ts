import { goString, textOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import { DerReader, tags } from './der-reader.ts'
import { directoryString } from './directory-string.ts'

interface Attribute {
  readonly type: string
  readonly value: GoString
}

/** Letters of attribute types (RFC 2253, 2.3) and, in that order, where Go's pkix.Name keeps them. */
const known: ReadonlyMap<string, string> = new Map([
  ['2.5.4.6', 'C'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.7', 'L'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.17', 'POSTALCODE'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.3', 'CN'],
  ['2.5.4.5', 'SERIALNUMBER'],
])

/** Only the last of these counts; of the others all. */
const single = new Set(['2.5.4.3', '2.5.4.5'])

/**
 * A distinguished name as Go's pkix.Name prints it: RFC 2253 with the attributes that it knows in an order of its own
 * and joined by `+`, what it does not know last. `name` is the DER of an RDNSequence.
 */
export function nameText(name: Buffer): GoString {
  const attributes = readName(name)
  const unknown = attributes.filter(({ type }) => !known.has(type)).map((it) => [it])
  const sets = [...known.keys()].map((type) => {
    const ofType = attributes.filter((it) => it.type === type)
    return single.has(type) ? ofType.slice(-1).filter(({ value }) => value !== '') : ofType
  })
  return [...unknown, ...sets]
    .filter((it) => it.length > 0)
    .toReversed()
    .map((set) => set.map(attributeText).join('+'))
    .join(',')
}

function readName(name: Buffer): readonly Attribute[] {
  const attributes: Attribute[] = []
  for (const sets = new DerReader(name, "the certificate's name").inside(); !sets.isEmpty; ) {
    for (const set = sets.inside(tags.set); !set.isEmpty; ) {
      const attribute = set.inside()
      attributes.push({ type: attribute.oid(), value: valueOf(attribute) })
    }
  }
  return attributes
}

function valueOf(attribute: DerReader): GoString {
  const { tag, content } = attribute.any()
  if (tag === tags.bmp) return goString(Buffer.from(content).swap16().toString('utf16le'))
  if (tag === tags.t61) return goString(content.toString('latin1'))
  return content.toString('latin1')
}

function attributeText({ type, value }: Attribute): GoString {
  const letters = known.get(type)
  if (letters === undefined) return `${type}=#${directoryString(value).toString('hex')}`
  return `${letters}=${escaped(value)}`
}

/** RFC 2253, 2.4. */
function escaped(value: GoString): GoString {
  return goString(
    textOf(value)
      .replace(/[,+"\\<>;]/g, '\\$&')
      .replace(/^[ #]| $/g, '\\$&'),
  )
}
