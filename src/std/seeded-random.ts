import { createHash } from 'node:crypto'

/**
 * Numbers in [0, 1) that follow from the seed: the jitter of many differs, and that of each is the same in every run.
 * Nothing for secrets.
 */
export function seededRandom(seed: string): () => number {
  let count = 0
  return () => {
    const digest = createHash('sha256').update(`${seed}\n${count++}`).digest()
    return digest.readUInt32BE() / 2 ** 32
  }
}
