import type { RemoteRef } from '../api/externalsecret-source.ts'
import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import type { Entries } from './values.ts'

export type ConversionStrategy = RemoteRef['conversionStrategy']

const longestKey = 253
const refusedCharacter = /[^-._a-zA-Z0-9]/gu

/**
 * Keys as a Secret may hold them: every character that it may not is `_`, or by the strategy Unicode `_U%04x_` of its
 * code. An empty key is left out. Throws Failure InvalidSpec when two keys become one, or one is too long.
 */
export function convertKeys(entries: Entries, strategy: ConversionStrategy, path: string): Entries {
  const converted = new Map<string, string>()
  for (const [name, text] of entries) {
    const key = name.replace(refusedCharacter, (it) => (strategy === 'Unicode' ? unicodeOf(it) : '_'))
    if (key === '') continue
    if (key.length > longestKey) throw longKey(key, path)
    if (converted.has(key)) throw collision(key, path)
    converted.set(key, text)
  }
  return [...converted]
}

function unicodeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `_U${code.toString(16).padStart(4, '0')}_`
}

function longKey(key: string, path: string): Failure {
  return failure(
    'InvalidSpec',
    `Cannot take the keys of ${path}: "${key.slice(0, 40)}..." has ${key.length} characters, and a key of a Secret holds at most ${longestKey}; shorten it by rewrite`,
  )
}

function collision(key: string, path: string): Failure {
  return failure(
    'InvalidSpec',
    `Cannot take the keys of ${path}: two of them become "${key}" in the Secret; set conversionStrategy Unicode, or rename one by rewrite`,
  )
}
