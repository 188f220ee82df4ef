import { setTimeout as sleep } from 'node:timers/promises'
import type { LineEdit, Piece } from './fault.ts'

/** Where pieces go; `end`, `reset` and `blackHole` end the answer each in its way. */
export interface Outlet {
  write(bytes: Uint8Array): Promise<void>
  end(): void
  reset(): void
  blackHole(): void
}

/** Sends a stream on line by line as `edit` says. */
export async function sendEdited(
  chunks: AsyncIterable<Uint8Array>,
  edit: LineEdit,
  outlet: Outlet,
): Promise<void> {
  let index = 0
  for await (const line of linesOf(chunks)) {
    for (const piece of edit(line, index)) {
      if (await sendPiece(piece, outlet)) return
    }
    index += 1
  }
  outlet.end()
}

/** What was sent before a reset or a silence gets through first: a reset would take it along. */
const passageMs = 20

/** True when the answer is over. */
async function sendPiece(piece: Piece, outlet: Outlet): Promise<boolean> {
  if (piece.kind === 'wait') await sleep(piece.ms)
  else if (piece.kind === 'text') await outlet.write(Buffer.from(piece.text))
  else await finish(piece.kind, outlet)
  return piece.kind !== 'wait' && piece.kind !== 'text'
}

async function finish(how: 'end' | 'reset' | 'blackHole', outlet: Outlet): Promise<void> {
  if (how !== 'end') await sleep(passageMs)
  outlet[how]()
}

/** Not the product's own, so that neither hides the other's defects; a last line without newline is given too. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0)
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk])
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n')) {
      yield rest.subarray(0, end).toString()
      rest = rest.subarray(end + 1)
    }
  }
  if (rest.length > 0) yield rest.toString()
}
