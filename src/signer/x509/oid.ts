import { Recent } from '../../std/recent.ts'
import type { Element } from './der.ts'
import { tags } from './der.ts'
import { Unreadable } from './refusal.ts'

/** The same few stand in all certificates. */
const recent = new Recent<string, string>(200)

/** An object identifier in dots: `2.5.29.17` (X.690 section 8.19). Throws Unreadable. */
export function readOid({ tag, content }: Element): string {
  if (tag !== tags.oid || content.length === 0 || content.length > 64) {
    throw new Unreadable('an element in it is missing or of another kind')
  }
  const id = String.fromCharCode(...content)
  const known = recent.get(id) ?? dotted(content)
  recent.set(id, known)
  return known
}

function dotted(content: Uint8Array): string {
  const arcs: bigint[] = []
  let arc = 0n
  for (const byte of content) {
    arc = arc * 128n + BigInt(byte & 0x7f)
    if (byte >= 0x80) continue
    arcs.push(arc)
    arc = 0n
  }
  const [head = 0n, ...rest] = arcs
  const first = head < 80n ? head / 40n : 2n
  return [first, head - first * 40n, ...rest].join('.')
}
