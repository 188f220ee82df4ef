import { FunctionError } from '../error.ts'
import { runesOf, textOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'

/** A password in the two forms in which PKCS#12 files use it. */
export interface Password {
  /** UTF-16 with two zero bytes behind (RFC 7292, B.1). */
  readonly bmp: Buffer
  /** For what RFC 8018 defines. */
  readonly utf8: Buffer
}

/** Throws FunctionError when a character is beyond U+FFFF, which the format cannot hold. */
export function passwordOf(text: GoString): Password {
  for (const { rune } of runesOf(text))
    if (rune > 0xffff) throw new FunctionError('the password has a character beyond U+FFFF')
  const characters = textOf(text)
  return {
    bmp: Buffer.from(`${characters}\0`, 'utf16le').swap16(),
    utf8: Buffer.from(characters, 'utf8'),
  }
}

/** The other form of the empty password, without its zero bytes. */
export const absentPassword: Password = { bmp: Buffer.alloc(0), utf8: Buffer.alloc(0) }
