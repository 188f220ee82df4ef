import { readDer, tags } from './der.ts'
import { pemBlocks } from './pem.ts'
import { refusing, Unreadable } from './refusal.ts'

const mostBytes = 64 * 1024
const labels = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']

/** The DER of a PKCS#10 PEM: exactly one block, nothing around it, at most 64 KiB. Throws SignFailure `Refused`. */
export function csrDer(pem: string): Uint8Array {
  return refusing('the CSR', () => {
    if (pem.length > mostBytes) throw new Unreadable('it is larger than 64 KiB')
    const [block] = pemBlocks(pem, 1, 'strict')
    if (block === undefined || !labels.includes(block.label)) throw new Unreadable(`it is no ${labels[0]}`)
    if (readDer(block.der).tag !== tags.sequence) throw new Unreadable('it is malformed')
    return block.der
  })
}
