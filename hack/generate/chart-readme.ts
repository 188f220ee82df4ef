import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DocumentedValue, documentedValues } from './chart-values.ts'
import type { GeneratedFile } from './file.ts'

const directory = 'charts/keyferry'
const template = join(import.meta.dirname, '../..', directory, 'README.md.gotmpl')
/** As helm-docs names the place of the table, so that its users feel at home. */
const place = '{{ template "chart.valuesTable" . }}'

/** The chart's README: its text with the table of the values put in. */
export function chartReadmeFile(): GeneratedFile {
  const rows = documentedValues().map(row)
  const table = ['| Value | Type | Default | What it does |', '|---|---|---|---|', ...rows].join('\n')
  return { path: `${directory}/README.md`, text: readFileSync(template, 'utf8').replace(place, () => table) }
}

function row({ path, words, default: value }: DocumentedValue): string {
  return `| ${path.join('.')} | ${typeOf(value)} | \`${JSON.stringify(value)}\` | ${words.replaceAll('|', '\\|')} |`
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'list'
  if (value === null || typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return 'int'
  return typeof value
}
