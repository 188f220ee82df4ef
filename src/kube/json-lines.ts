import { TransportError } from './errors.ts'

const newline = 0x0a

/** Longest line that is taken: an object of etcd's largest size, in base64, several times over. */
const longestLineBytes = 32 * 1024 * 1024

/**
 * The lines of a byte stream, without their newline and without empty ones. Bytes are joined before they are decoded,
 * so a chunk may end anywhere, also within a UTF-8 character.
 * Throws TransportError when the stream ends within a line, a line is not UTF-8, or one is beyond 32 MiB.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let started: Uint8Array[] = []
  let startedBytes = 0
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      const line = textOf(decoder, [...started, chunk.subarray(from, end)])
      started = []
      startedBytes = 0
      from = end + 1
      if (line !== '') yield line
    }
    if (from === chunk.length) continue
    started.push(chunk.subarray(from))
    startedBytes += chunk.length - from
    if (startedBytes > longestLineBytes) throw broken('a line is longer than 32 MiB', 'LINE_TOO_LONG')
  }
  if (startedBytes > 0) throw broken('it ends within a line', 'TRUNCATED_LINE')
}

function textOf(decoder: InstanceType<typeof TextDecoder>, parts: readonly Uint8Array[]): string {
  const [only] = parts
  const bytes = parts.length === 1 && only !== undefined ? only : Buffer.concat(parts)
  try {
    return decoder.decode(bytes).trim()
  } catch (error) {
    throw broken('a line is not UTF-8', 'BAD_LINE', { cause: error })
  }
}

function broken(why: string, code: string, options?: ErrorOptions): TransportError {
  return new TransportError(`Cannot read the stream: ${why}`, code, options)
}
