import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Case, toBytes } from './case.ts'

const directory = join(import.meta.dirname, 'corpus')

/** Bytes that are no text stand as base64. */
const content = z.union([
  z.string(),
  z.strictObject({ base64: z.base64() }).transform((it) => Buffer.from(it.base64, 'base64')),
])
/** Not a zod record, which would leave out a key called `__proto__`. */
const values = z
  .custom<Record<string, unknown>>((it) => typeof it === 'object' && it !== null)
  .transform((it) =>
    Object.fromEntries(Object.entries(it).map(([key, value]) => [key, content.parse(value)])),
  )

const corpusFile = z.array(
  z.strictObject({
    name: z.string().min(1),
    template: content,
    data: values.default({}),
    delimiters: z.tuple([z.string(), z.string()]).optional(),
  }),
)

/** The names of the corpus files, without their folder. */
export function corpusFiles(): readonly string[] {
  return readdirSync(directory)
    .filter((it) => it.endsWith('.json'))
    .toSorted()
}

/** The cases of one corpus file, each with a name of its own. */
export function readCorpus(file: string): readonly Case[] {
  const path = join(directory, file)
  return existsSync(path) ? corpusFile.parse(JSON.parse(readFileSync(path, 'utf8'))) : []
}

/** Adds cases to a corpus file; one whose template and data are there already is left out. */
export async function addToCorpus(file: string, cases: readonly Case[]): Promise<void> {
  const all = new Map(readCorpus(file).map((it) => [identityOf(it), it]))
  for (const it of cases) if (!all.has(identityOf(it))) all.set(identityOf(it), it)
  const written = [...all.values()].map((it) => ({
    name: it.name,
    template: asJson(it.template),
    data: Object.fromEntries(Object.entries(it.data).map(([key, value]) => [key, asJson(value)])),
    delimiters: it.delimiters,
  }))
  await writeFile(join(directory, file), `${JSON.stringify(written, null, 2)}\n`)
}

function identityOf(it: Case): string {
  const data = Object.entries(it.data).map(([key, value]) => [key, toBytes(value).toString('base64')])
  return JSON.stringify([toBytes(it.template).toString('base64'), data, it.delimiters ?? []])
}

function asJson(value: string | Uint8Array): string | { base64: string } {
  const bytes = toBytes(value)
  const text = bytes.toString('utf8')
  return bytes.equals(Buffer.from(text, 'utf8')) ? text : { base64: bytes.toString('base64') }
}
