import { readDer, tags } from './der.ts'
import { decodeBase64 } from './pem.ts'
import { refusing, Unreadable } from './refusal.ts'

const mostBytes = 64 * 1024

const marker = /-----(?:BEGIN|END) /
const begin = /^-----BEGIN ((?:NEW )?CERTIFICATE REQUEST)-----[ \t]*\r?\n/
const end = /^\n-----END ((?:NEW )?CERTIFICATE REQUEST)-----[ \t]*(?:\r?\n|$)/

/**
 * The DER of a CSR in PEM, at most 64 KiB with all text around it: that of the first block, as cert-manager and whoever
 * approved the request by Go's encoding/pem read it. What of two readers each might read another block of is refused.
 * Throws SignFailure `Refused`.
 */
export function csrDer(pem: string): Uint8Array {
  return refusing('the CSR', () => {
    if (pem.length > mostBytes) throw new Unreadable('it is larger than 64 KiB')
    const der = decodeBase64(firstBody(pem))
    if (readDer(der).tag !== tags.sequence) throw new Unreadable('it is malformed')
    return der
  })
}

/** What stands between the markers of the first block. Go goes on to the next block where ours would be none: not here. */
function firstBody(text: string): string {
  const at = text.search(marker)
  if (at === -1) throw new Unreadable('it holds no PEM block')
  if (at > 0 && text[at - 1] !== '\n') throw new Unreadable('its first PEM marker does not begin a line')
  const [opening, label] = begin.exec(text.slice(at)) ?? []
  if (opening === undefined) throw new Unreadable('its first PEM block is no CERTIFICATE REQUEST')
  const from = at + opening.length
  const to = text.indexOf('\n-----END ', from - 1)
  if (to === -1) throw new Unreadable('its first PEM block has no end')
  if (end.exec(text.slice(to))?.[1] !== label) throw new Unreadable('its first PEM block ends as another')
  return text.slice(from, to)
}
