import { Unreadable } from './refusal.ts'

export interface PemBlock {
  /** What stands after BEGIN: `CERTIFICATE`. */
  readonly label: string
  readonly der: Uint8Array
}

const begin = /^-----BEGIN ([A-Z0-9 ]{1,40})-----$/

/**
 * The blocks of a PEM text (RFC 7468). Text before a block is let through (section 2: explanatory text), never after
 * the last; headers inside a block, as of encrypted keys, are not. Throws Unreadable.
 */
export function pemBlocks(text: string, most: number): PemBlock[] {
  const lines = text.split('\n').map((it) => it.trim())
  const blocks: PemBlock[] = []
  let end = 0
  for (let at = nextBegin(lines, 0); at !== -1; at = nextBegin(lines, end)) {
    if (blocks.length === most) throw new Unreadable(`it holds more than ${most} PEM blocks`)
    const label = begin.exec(lines[at] ?? '')?.[1] ?? ''
    const last = lines.indexOf(`-----END ${label}-----`, at)
    if (last === -1) throw new Unreadable('a PEM block in it has no end')
    blocks.push({ label, der: decodeBase64(lines.slice(at + 1, last).join('')) })
    end = last + 1
  }
  if (blocks.length === 0) throw new Unreadable('it holds no PEM block')
  if (lines.slice(end).some((it) => it !== '')) throw new Unreadable('other text stands after its PEM block')
  return blocks
}

function nextBegin(lines: readonly string[], from: number): number {
  for (let at = from; at < lines.length; at++) if (begin.test(lines[at] ?? '')) return at
  return -1
}

/** The bytes of standard base64 with its padding (RFC 4648 section 4); white space is let through. Throws Unreadable. */
export function decodeBase64(text: string): Uint8Array {
  const plain = text.replaceAll(/[ \t\r\n]/g, '')
  if (plain === '') throw new Unreadable('it is empty')
  const bytes = Buffer.from(plain, 'base64')
  // Node passes over what it does not know. Two texts for the same bytes are a sign of damage, too.
  if (bytes.toString('base64') !== plain) throw new Unreadable('it is not base64')
  return new Uint8Array(bytes)
}

/** A DER value as PEM: lines of 64, a newline at the end (RFC 7468 section 3). */
export function pemOf(label: string, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${base64Lines(der)}-----END ${label}-----\n`
}

/** Base64 in lines of 64, each with its newline. */
function base64Lines(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  let lines = ''
  for (let at = 0; at < text.length; at += 64) lines += `${text.slice(at, at + 64)}\n`
  return lines
}
