import type { Node } from './nodes.ts'
import { type Item, parseAction } from './parse-action.ts'
import type { Listing, Parser } from './parser.ts'

/** Parses text and actions up to the `end` or `else` that belongs to them. */
export function parseList(parser: Parser): Listing {
  const nodes: Node[] = []
  for (;;) {
    if (parser.skipSpace().kind === 'eof') parser.fail('unexpected EOF')
    const node = parseItem(parser)
    if (node === 'end' || node === 'else') return { nodes: nodes.slice(), ending: node }
    nodes.push(node)
  }
}

/** Parses text or an action. */
export function parseItem(parser: Parser): Item {
  const { kind, at } = parser.skipSpace()
  if (kind === 'text') return { kind, at, text: parser.textOf(parser.take()) }
  if (kind !== 'left') return parser.unexpected('input')
  parser.actionAt = at
  parser.take()
  return parseAction(parser)
}
