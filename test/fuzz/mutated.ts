import fc from 'fast-check'

type Change = (text: string) => string

const oddities = [
  '\0',
  '\n',
  '\r\n',
  '"',
  "'",
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '-',
  '&a ',
  '*a',
  '!!binary ',
  '<<: ',
  '\u00e9',
  '\ud800',
  '\ufeff',
  '1e999',
  '-0',
  '0x7f',
  'null',
  '__proto__',
  'constructor',
  '%00',
  '-----BEGIN CERTIFICATE-----',
  '-----END CERTIFICATE-----',
  'A'.repeat(4096),
  '['.repeat(2000),
  '{"a":'.repeat(2000),
]

/** Texts that begin as one of these, or as anything at all, and are then spoilt in up to eight places. */
export function mutated(...seeds: readonly string[]): fc.Arbitrary<string> {
  const texts = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...seeds) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
    { weight: 1, arbitrary: fc.string({ maxLength: 300 }) },
  )
  return fc
    .tuple(texts, fc.array(changes, { maxLength: 8 }))
    .map(([text, all]) => all.reduce((spoilt, change) => change(spoilt), text))
}

/** The same for bytes. */
export function mutatedBytes(...seeds: readonly Uint8Array[]): fc.Arbitrary<Buffer> {
  const texts = seeds.map((it) => Buffer.from(it).toString('latin1'))
  return mutated(...texts).map((it) => Buffer.from(it, 'latin1'))
}

const places = fc.double({ min: 0, max: 1, noNaN: true })

const changes: fc.Arbitrary<Change> = fc.oneof(
  places.map(
    (at): Change =>
      (text) =>
        text.slice(0, at * text.length),
  ),
  fc.tuple(places, places).map(
    ([a, b]): Change =>
      (text) =>
        without(text, a, b),
  ),
  fc.tuple(places, places).map(
    ([a, b]): Change =>
      (text) =>
        doubled(text, a, b),
  ),
  fc.tuple(places, fc.constantFrom(...oddities)).map(
    ([at, odd]): Change =>
      (text) =>
        put(text, at, odd),
  ),
  fc.tuple(places, fc.nat(255)).map(
    ([at, code]): Change =>
      (text) =>
        replaced(text, at, code),
  ),
)

function without(text: string, a: number, b: number): string {
  const [from, to] = ends(text, a, b)
  return text.slice(0, from) + text.slice(to)
}

/** At most 16 kB more, for many of these would make more than anybody sends. */
function doubled(text: string, a: number, b: number): string {
  const [from, to] = ends(text, a, b)
  return text.slice(0, to) + text.slice(from, Math.min(to, from + 16_384)) + text.slice(to)
}

function put(text: string, at: number, odd: string): string {
  const place = Math.floor(at * text.length)
  return text.slice(0, place) + odd + text.slice(place)
}

function replaced(text: string, at: number, code: number): string {
  const place = Math.floor(at * text.length)
  return text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1)
}

function ends(text: string, a: number, b: number): [number, number] {
  const [from, to] = a < b ? [a, b] : [b, a]
  return [Math.floor(from * text.length), Math.floor(to * text.length)]
}
