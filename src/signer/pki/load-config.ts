import { parseDocument } from 'yaml'
import * as z from 'zod'
import type { Preset, PresetContext } from '../presets/preset.ts'
import { SignFailure } from '../sign-failure.ts'
import type { IssuerRef } from '../signer.ts'
import { checkOrders } from './check-orders.ts'
import { common, Pki } from './schema.ts'
import { wrong } from './wrong.ts'

export interface LoadOptions {
  readonly issuer: IssuerRef
  readonly presets: readonly Preset[]
}

/** The configuration in full, a preset expanded. Throws InvalidConfig that names the path, and shows no value. */
export function loadConfig(text: string, options: LoadOptions): Pki {
  const given = readYaml(text)
  if (!isMap(given)) throw wrong([], 'is not a map')
  const config = 'preset' in given ? expanded(given, options) : parsed(Pki, given)
  checkOrders(config)
  return config
}

/** What stands beside `preset`; the steps are the preset's. */
const WithPreset = z.strictObject({
  ...common,
  preset: z.string(),
  settings: z.record(z.string(), z.unknown()).default({}),
})

function expanded(given: Readonly<Record<string, unknown>>, { issuer, presets }: LoadOptions): Pki {
  const { preset: name, settings, baseURL } = parsed(WithPreset, given)
  const preset = presets.find((it) => it.name === name)
  if (preset === undefined) {
    const names = presets.map((it) => it.name).join(', ')
    throw wrong(['preset'], `is none of ${names}`)
  }
  const context: PresetContext = { issuer, baseURL }
  const steps = preset.expand(parsed(preset.Settings, settings, ['settings']), context)
  const { preset: _, settings: __, ...own } = given
  return parsed(Pki, { ...steps, ...own })
}

const maxCharacters = 256 * 1024

/** One YAML document without aliases: they could make a small text large. */
function readYaml(text: string): unknown {
  if (text.length > maxCharacters) throw wrong([], `is over ${maxCharacters / 1024} KiB`)
  try {
    const document = parseDocument(text, { schema: 'core', logLevel: 'error', prettyErrors: false })
    const [error] = document.errors
    if (error !== undefined) throw wrong([], `is not YAML (${error.code}, at character ${error.pos[0]})`)
    return document.toJS({ maxAliasCount: 0 }) as unknown
  } catch (error) {
    if (error instanceof SignFailure) throw error
    throw wrong([], 'is not YAML that Keyferry reads: it has aliases, or nests too deeply')
  }
}

function parsed<T extends z.ZodType>(
  schema: T,
  value: unknown,
  path: readonly PropertyKey[] = [],
): z.output<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  if (issue === undefined) throw wrong(path, 'is not valid')
  const { at, why } = innermost(issue)
  throw wrong([...path, ...at], why)
}

/** Of the forms that a value may have, what is wrong with the one that it comes nearest to. */
function innermost(issue: z.core.$ZodIssue): { at: readonly PropertyKey[]; why: string } {
  if (issue.code !== 'invalid_union') return { at: issue.path, why: wordsOf(issue) }
  const nearest = issue.errors.toSorted((a, b) => depthOf(b) - depthOf(a))[0]?.[0]
  if (nearest === undefined || nearest.path.length === 0)
    return { at: issue.path, why: 'is of no known form' }
  const { at, why } = innermost(nearest)
  return { at: [...issue.path, ...at], why }
}

function depthOf([first]: readonly z.core.$ZodIssue[]): number {
  return first?.path.length ?? 0
}

function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `has an unknown key "${issue.keys[0]?.slice(0, 60)}"`
  if (issue.code === 'invalid_type') return `is not ${issue.expected}, or is missing`
  if (issue.code === 'invalid_value') return `is none of ${issue.values.map(String).join(', ')}`
  return issue.message
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
