import { FunctionError } from '../error.ts'
import { bytesOf, runesOf } from '../value/bytes.ts'
import type { GoString } from '../value/value.ts'
import { tags } from './der-reader.ts'
import { element } from './der-writer.ts'

/** What a PrintableString may hold (X.680 41.4). */
const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/

/** A text of a name in the string type that Go chooses. Throws FunctionError when it is no UTF-8. */
export function directoryString(text: GoString): Buffer {
  if (printable.test(text)) return element(tags.printable, bytesOf(text))
  for (const { rune, width } of runesOf(text))
    if (rune === 0xfffd && width === 1) throw new FunctionError('a name is not UTF-8')
  return element(tags.utf8, bytesOf(text))
}
