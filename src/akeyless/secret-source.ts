import { failure } from '../api/reason.ts'
import type { SecretKeySelector } from '../api/reference.ts'
import type { Source } from './held-value.ts'

/** A selector as a credential's source, with `key` for the one it may leave out; throws InvalidSpec when it names no Secret. */
export function secretSource(selector: SecretKeySelector | undefined, path: string, key?: string): Source {
  if (selector?.name === undefined) throw failure('InvalidSpec', `Cannot log in: ${path} names no Secret`)
  const named = { ...selector, name: selector.name }
  return { selector: named.key === undefined && key !== undefined ? { ...named, key } : named, path }
}
