import fc from 'fast-check'
import { texts } from './arbitrary-text.ts'
import type { Kind } from './signatures.ts'

/** The keys that generated data has, and the form of what stands there. */
export const dataKeys: Readonly<Record<string, Kind>> = {
  text: 'string',
  other: 'string',
  empty: 'string',
  'with-dash': 'string',
  json: 'json',
  yaml: 'yaml',
  b64: 'b64',
  number: 'numeric',
  url: 'url',
  version: 'semver',
  binary: 'string',
}

const any: fc.Arbitrary<string> = fc.string()

/** Values for every key: text of the key's form, and bytes of any kind under `binary`. */
export const data: fc.Arbitrary<Record<string, string | Uint8Array>> = fc.record({
  text: texts.string ?? any,
  other: texts.string ?? any,
  empty: fc.constant(''),
  'with-dash': texts.string ?? any,
  json: texts.json ?? any,
  yaml: texts.yaml ?? any,
  b64: texts.b64 ?? any,
  number: texts.numeric ?? any,
  url: texts.url ?? any,
  version: texts.semver ?? any,
  binary: fc.uint8Array({ maxLength: 10 }),
})
