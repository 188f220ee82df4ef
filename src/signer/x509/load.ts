/**
 * The X.509 functions that need the library behind this room, loaded at the first call: a process without issuers
 * does not pay its 17 MB.
 */
export function loadX509(): Promise<typeof import('./api.ts')> {
  return import('./api.ts')
}
