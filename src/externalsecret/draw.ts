import { hash } from 'node:crypto'

/** A number from 0 to 1 that is always the same for one UID, and spread evenly over many. */
export function drawOf(uid: string | undefined): number {
  return hash('sha256', uid ?? '', 'buffer').readUInt32BE() / 2 ** 32
}
