import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { IssuerFeature, SpecResult } from './issuer-conformance.ts'

const page = join(import.meta.dirname, '../../docs/conformance.md')

/** What came of the specs that an issuer's features let run. */
export interface Outcome {
  readonly name: string
  readonly unsupported: readonly IssuerFeature[]
  readonly results: readonly SpecResult[]
}

/** A Markdown table with a row for each issuer. */
export function resultsTable(outcomes: readonly Outcome[]): string {
  const head = ['issuer', 'specs', 'passed', 'features not claimed']
  const lines = [head, head.map(() => '---'), ...outcomes.map(rowOf)]
  return lines.map((it) => `| ${it.join(' | ')} |`).join('\n')
}

function rowOf({ name, unsupported, results }: Outcome): readonly string[] {
  const passed = results.filter((it) => it.state === 'passed')
  return [name, `${results.length}`, `${passed.length}`, unsupported.join(', ')]
}

/** The table that docs/conformance.md holds between the marks of this name. */
export async function tableInPage(name: string): Promise<string> {
  const text = await readFile(page, 'utf8')
  const { start, end } = placeOf(text, name)
  return text.slice(start, end).trim()
}

/** Puts a table between the marks of this name in docs/conformance.md. */
export async function writeTable(name: string, table: string): Promise<void> {
  const text = await readFile(page, 'utf8')
  const { start, end } = placeOf(text, name)
  await writeFile(page, `${text.slice(0, start)}\n${table}\n${text.slice(end)}`)
}

function placeOf(text: string, name: string): { start: number; end: number } {
  const begin = `<!-- ${name}: made by the run -->`
  const start = text.indexOf(begin) + begin.length
  const end = text.indexOf(`<!-- end of ${name} -->`)
  if (start < begin.length || end < start) throw new Error(`docs/conformance.md has no place for ${name}`)
  return { start, end }
}
