/** The dots of an object identifier (X.690 8.19) of arcs below 2^31; undefined when it is none. */
export function oidText(content: Buffer): string | undefined {
  if (content.length === 0 || (content.at(-1) ?? 0) >= 0x80) return undefined
  const arcs: number[] = []
  let arc = 0
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f)
    if (arc >= 2 ** 31) return undefined
    if (byte >= 0x80) continue
    arcs.push(arc)
    arc = 0
  }
  const [both = 0, ...others] = arcs
  const first = Math.min(2, Math.floor(both / 40))
  return [first, both - 40 * first, ...others].join('.')
}
