import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

/** Which rooms of src/ a room may import; `room/file` opens one file of a room only. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  std: [],
  kube: ['std'],
  runtime: ['std', 'kube'],
  api: ['std', 'kube/kind'],
  store: ['std', 'kube', 'runtime', 'api'],
  net: ['std', 'api/reason'],
  akeyless: ['std', 'api', 'net', 'store/provider'],
  template: ['std'],
  json: [],
  externalsecret: ['std', 'kube', 'runtime', 'api', 'store', 'template', 'json'],
  signer: ['std', 'api', 'net', 'template'],
  issuer: ['std', 'kube', 'runtime', 'api', 'signer'],
  notice: ['std', 'runtime'],
  check: ['std', 'kube', 'runtime', 'net', 'signer/signer'],
  cli: [
    'std',
    'kube',
    'runtime',
    'api',
    'store',
    'net',
    'akeyless',
    'template',
    'externalsecret',
    'notice',
    'check',
    'signer',
    'issuer',
  ],
  'main.ts': ['cli'],
}

const imports =
  /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]/g

/** The files of src/ that a source file imports, as `room/file` without its ending. */
function importedFiles(file: string): string[] {
  const source = readFileSync(file, 'utf8')
  return [...source.matchAll(imports)].map(([, from, dynamic]) =>
    normalize(join(dirname(file), from ?? dynamic ?? '')).replace(/\.ts$/, ''),
  )
}

function strangersIn(file: string): string[] {
  const room = file.split('/')[1] ?? ''
  const allowed = mayImport[room]
  return importedFiles(file).filter((it) => {
    const [top, theirRoom = '', name = ''] = it.split('/')
    if (top !== 'src') return true
    return theirRoom !== room && !allowed?.some((one) => one === theirRoom || one === `${theirRoom}/${name}`)
  })
}

// Tests may use the stand-ins of test/; what ships may not.
const files = globSync('src/**/*.ts').filter((it) => !it.endsWith('.test.ts'))

test('every room has a row in the table', () => {
  const rooms = new Set(files.map((it) => it.split('/')[1] ?? ''))

  expect([...rooms].filter((it) => mayImport[it] === undefined)).toEqual([])
})

test.each(files)('%s imports only from the rooms below its own', (file) => {
  expect(strangersIn(file)).toEqual([])
})

const importsOf = new Map(files.map((it) => [it, importedFiles(it).map((imported) => `${imported}.ts`)]))

/** All that comes with a file, be it for a type. */
function reachedFrom(file: string): ReadonlySet<string> {
  const reached = new Set<string>()
  const ahead = [...(importsOf.get(file) ?? [])]
  for (let it = ahead.pop(); it !== undefined; it = ahead.pop()) {
    if (reached.has(it)) continue
    reached.add(it)
    ahead.push(...(importsOf.get(it) ?? []))
  }
  return reached
}

test('no file imports itself by way of others, not even for a type', () => {
  expect(files.filter((it) => reachedFrom(it).has(it))).toEqual([])
})
