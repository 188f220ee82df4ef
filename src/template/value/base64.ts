import { ofBytes } from './bytes.ts'
import type { GoString } from './value.ts'

const usual = /^[A-Za-z0-9+/]*={0,2}$/
const newlines = /[\r\n]/g
const letter = /[A-Za-z0-9+/]/

/** What base64 stands for, or the byte at which it is at fault as Go's StdEncoding counts it. */
export function decodeBase64(text: GoString): GoString | { readonly faultAt: number } {
  const line = text.replace(newlines, '')
  if (line.length % 4 === 0 && usual.test(line)) return ofBytes(Buffer.from(line, 'base64'))
  return { faultAt: faultAt(text) }
}

/** Lines may end anywhere, yet the fault is counted with them. */
function faultAt(text: GoString): number {
  let digits = 0
  for (let at = 0; at < text.length; at++) {
    const byte = text.charAt(at)
    if (byte === '\n' || byte === '\r') continue
    if (!letter.test(byte)) return byte === '=' ? faultOfPadding(text, at, digits % 4) : at
    digits++
  }
  return text.length - (digits % 4)
}

/** The padding begins at a byte, after so many digits of its group of four. */
function faultOfPadding(text: GoString, at: number, digits: number): number {
  if (digits < 2) return at
  if (digits === 3) return afterNewlines(text, at + 1)
  const second = afterNewlines(text, at + 1)
  if (second === text.length) return second
  return text[second] === '=' ? afterNewlines(text, second + 1) : second - 1
}

function afterNewlines(text: GoString, from: number): number {
  let at = from
  while (text[at] === '\n' || text[at] === '\r') at++
  return at
}
