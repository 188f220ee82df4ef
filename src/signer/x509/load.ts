import { LRUCache } from 'lru-cache'
import type { Csr } from './csr.ts'

type X509 = typeof import('./api.ts')

let loaded: Promise<X509> | undefined

/**
 * The X.509 functions that need the library behind this room, loaded at the first call: a process without issuers
 * does not pay its 17 MB.
 */
export function loadX509(): Promise<X509> {
  loaded ??= import('./api.ts')
  return loaded
}

/** One request is read by whoever renders it and by whoever judges its answer. */
const recent = new LRUCache<string, Promise<Csr>>({ max: 200 })

/** What a CSR (PEM) asks for, its signature verified. Throws SignFailure `Refused`, as `parseCsr` does. */
export function csrOf(pem: string): Promise<Csr> {
  const known = recent.get(pem) ?? loadX509().then(({ parseCsr }) => parseCsr(pem))
  recent.set(pem, known)
  return known
}
