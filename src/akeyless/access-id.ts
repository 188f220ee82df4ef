import { failure } from '../api/reason.ts'

/** Checks what a manifest or Secret gave as access id; throws InvalidSpec, and never shows what may be a key put there. */
export function checkAccessId(text: string, path: string): string {
  const plain = text.trim()
  if (/^[A-Za-z0-9_-]{1,64}$/.test(plain)) return plain
  throw failure('InvalidSpec', `Cannot use ${path}: it is not an access id; one looks like p-1a2b3c4d5e`)
}

/** An access id for messages and records: shown only when it can be nothing else. */
export function shownAccessId(accessId: string): string {
  return /^p-[A-Za-z0-9]{1,40}$/.test(accessId) ? accessId : '[unusual access id]'
}
