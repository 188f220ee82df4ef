import { isMap, isScalar, parseDocument, type Scalar } from 'yaml'
import type { Values } from '../externalsecret/fetch.ts'
import { Failure } from '../std/failure.ts'
import { Redacted } from '../std/redacted.ts'
import { readText } from './render-manifests.ts'

/** What `--data` says that the provider would give; nothing where the flag is left out. Throws Failure. */
export async function readData(file: string | undefined): Promise<Values> {
  if (file === undefined) return new Map()
  const document = parseDocument(await readText(file), { logLevel: 'silent' })
  const [error] = document.errors
  if (error !== undefined)
    throw bad(file, `it is not YAML at line ${error.linePos?.[0].line ?? '?'} (${error.code})`)
  const { contents } = document
  if (contents === null) return new Map()
  if (!isMap(contents)) throw bad(file, 'it must be a map from secretKey to value')
  return new Map(
    contents.items.map(({ key, value }) => {
      const name = isScalar(key) ? textOf(key) : String(key)
      const bytes = bytesOf(value)
      if (bytes === undefined) throw bad(file, `the value of "${name}" must be text or {base64: ...}`)
      return [name, new Redacted<Uint8Array>(bytes)]
    }),
  )
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (value === null) return new Uint8Array()
  if (isScalar(value)) return Buffer.from(textOf(value))
  if (!isMap(value) || value.items.length !== 1) return undefined
  const encoded = value.get('base64')
  if (typeof encoded !== 'string') return undefined
  const bytes = Buffer.from(encoded, 'base64')
  return bytes.toString('base64') === encoded.replaceAll(/\s/g, '') ? bytes : undefined
}

/** A number is the text that was written: the provider gives text. */
function textOf({ value, source }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? '')
}

function bad(file: string, why: string): Failure {
  return new Failure('InvalidFlags', `Cannot read --data ${file}: ${why}`, { userMustAct: true })
}
