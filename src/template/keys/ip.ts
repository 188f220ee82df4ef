import { isIP } from 'node:net'

/** The bytes of an IP address, four where it is one of IPv4 or stands for one; undefined when it is none. */
export function parseIp(text: string): Buffer | undefined {
  const version = isIP(text)
  if (version === 4) return Buffer.from(text.split('.').map(Number))
  if (version !== 6 || text.includes('%')) return undefined
  const [front = '', back] = withoutDots(text).split('::')
  const [first, last] = [groups(front), groups(back ?? '')]
  const middle = Buffer.alloc(16 - first.length - last.length)
  const bytes = Buffer.concat([first, middle, last])
  return bytes.subarray(0, 12).equals(mapped) ? bytes.subarray(12) : bytes
}

/** An IP address of 4 or 16 bytes in text (RFC 5952), one of IPv4 in dots however long it is. */
export function ipText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.subarray(0, 12).equals(mapped)) return bytes.subarray(12).join('.')
  const hex = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16))
  const [longest] = [...hex.join(':').matchAll(/\b0(?::0)+\b/g)].toSorted((a, b) => b[0].length - a[0].length)
  if (longest === undefined) return hex.join(':')
  const text = hex.join(':')
  const [before, after] = [text.slice(0, longest.index), text.slice(longest.index + longest[0].length)]
  return `${before.replace(/:$/, '')}::${after.replace(/^:/, '')}`
}

/** IPv4 addresses among those of IPv6 (RFC 4291, 2.5.5.2). */
const mapped = Buffer.from('00000000000000000000ffff', 'hex')

/** `::ffff:1.2.3.4` as `::ffff:102:304`. */
function withoutDots(text: string): string {
  return text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number)
    return `${(256 * a + b).toString(16)}:${(256 * c + d).toString(16)}`
  })
}

function groups(text: string): Buffer {
  return Buffer.from(
    text
      .split(':')
      .filter((it) => it !== '')
      .map((it) => it.padStart(4, '0'))
      .join(''),
    'hex',
  )
}
