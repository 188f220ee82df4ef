/** One render to compare: a template and the values it sees, all of them text or bytes as in a Secret. */
export interface Case {
  readonly name: string
  readonly template: string | Uint8Array
  readonly data: Readonly<Record<string, string | Uint8Array>>
  /** `{{` and `}}` where they are left out. */
  readonly delimiters?: readonly [left: string, right: string] | undefined
}

/** What came of a render. A limit is what an engine refused to go on at; what it would have given is not known. */
export type Outcome =
  | { readonly kind: 'output'; readonly bytes: Buffer }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'limit'; readonly message: string }

/** Text as UTF-8, bytes as a copy. */
export function toBytes(value: string | Uint8Array): Buffer {
  return Buffer.from(typeof value === 'string' ? Buffer.from(value, 'utf8') : value)
}

/** A value as people read it: text where it is text, else base64 with a mark. */
export function readable(value: string | Uint8Array): string {
  const bytes = toBytes(value)
  const text = bytes.toString('utf8')
  return bytes.equals(Buffer.from(text, 'utf8')) ? JSON.stringify(text) : `base64:${bytes.toString('base64')}`
}

/** In one line, for messages of tests. */
export function readableOutcome(outcome: Outcome): string {
  return outcome.kind === 'output' ? readable(outcome.bytes) : `${outcome.kind}: ${outcome.message}`
}
