import { createHash } from 'node:crypto'

/** A number from 0 to 1 that is always the same for one UID, and spread evenly over many. */
export function drawOf(uid: string | undefined): number {
  return (
    createHash('sha256')
      .update(uid ?? '')
      .digest()
      .readUInt32BE() /
    2 ** 32
  )
}
