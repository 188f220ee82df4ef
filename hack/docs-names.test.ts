// What the pages name is there: flags, values of the chart, metrics and tests.
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { addCheckFlags } from '../src/cli/check-flags.ts'
import { addManagerFlags } from '../src/cli/flags.ts'
import { addReleaseFlags } from '../src/cli/release-flags.ts'
import { addRenderFlags } from '../src/cli/render-flags.ts'
import { documentedValues } from './generate/chart-values.ts'

const root = join(import.meta.dirname, '..')
const pages = ['README.md', 'charts/keyferry/README.md', ...globSync('docs/**/*.md', { cwd: root })]

/** Flags of other programs that stand in a sentence of ours, by program. */
const foreign = {
  akeyless: ['--k8s-host'],
  az: ['--enable-oidc-issuer', '--enable-secret-rotation'],
  cosign: ['--plain-http'],
  demo: ['--once'],
  docker: ['--secret'],
  helm: ['--set', '--wait', '--plain-http'],
  'kube-apiserver': ['--encryption-provider-config', '--service-account-issuer'],
  kubectl: ['--cascade'],
  node: [
    '--permission',
    '--allow-fs-read',
    '--allow-worker',
    '--allow-child-process',
    '--force-fips',
    '--disallow-code-generation-from-strings',
    '--max-semi-space-size',
    '--heap-growing-percent',
    '--disable-sigusr1',
    '--expose-gc',
  ],
  'step-ca': ['--x509-template'],
  prometheus: ['--enable-extended-metric-labels'],
}

const commands = {
  manager: flagsOf(addManagerFlags),
  check: flagsOf(addCheckFlags),
  release: flagsOf(addReleaseFlags),
  render: flagsOf(addRenderFlags),
}
const flags = new Set([...Object.values(commands), ...Object.values(foreign)].flat())
const values = documentedValues().map((it) => it.path.join('.'))
const groups = new Set(values.map((it) => it.split('.')[0]))
const metrics = new Set(
  ['docs/metrics.md', 'docs/issuer.md'].flatMap((page) =>
    [...textOf(page).matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name),
  ),
)
const tests = new Set(globSync('{src,test,hack}/**/*.test.ts', { cwd: root }).map((it) => basename(it)))

function flagsOf(add: (command: Command) => Command): readonly string[] {
  return add(new Command()).options.flatMap(({ long, short }) => [long ?? '', short ?? ''])
}

function textOf(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

/** What stands between single backticks in the sentences of a page, as far as it begins by the pattern. */
function quoted(page: string, pattern: RegExp): readonly string[] {
  const prose = textOf(page).replaceAll(/^( *)```[^]*?^\1``` *$/gm, '')
  return [...prose.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => pattern.exec(code)?.[0] ?? [])
}

/** A value itself, a group of values, or what a value holds. */
function isOfChart(path: string): boolean {
  return values.some((it) => it === path || it.startsWith(`${path}.`) || path.startsWith(`${it}.`))
}

test.each(pages)('the flags that %s names are there', (page) => {
  expect(quoted(page, /^--[a-z][a-z0-9-]+/).filter((it) => !flags.has(it))).toEqual([])
})

test.each(pages)('the commands of ours that %s shows take their flags', (page) => {
  const text = textOf(page).replaceAll('\\\n', ' ')
  const wrong = [...text.matchAll(/\bkeyferry (manager|check|release|render)\b([^\n`#|]*)/g)].flatMap(
    ([, command = '', rest = '']) => {
      const known: readonly string[] = commands[command as keyof typeof commands]
      const named = [...rest.matchAll(/ (--?[A-Za-z][a-z0-9-]*)/g)].map(([, it = '']) => it)
      return named.filter((it) => it !== '--help' && !known.includes(it)).map((it) => `${command} ${it}`)
    },
  )

  expect(wrong).toEqual([])
})

test.each(pages)('the values of the chart that %s names are there', (page) => {
  const named = quoted(page, /^[a-z][A-Za-z]+(\.[a-zA-Z]+)+/).filter((it) => groups.has(it.split('.')[0]))

  expect(named.filter((it) => !isOfChart(it))).toEqual([])
})

test.each(pages)('the metrics that %s names are those of the tables', (page) => {
  const ours =
    /\b(?:keyferry|externalsecret|secretstore|clustersecretstore|controller_runtime|workqueue)_[a-z_]+[a-z]\b/g
  const named = (textOf(page).match(ours) ?? []).map((it) => it.replace(/_(?:bucket|sum)$/, ''))

  expect(named.filter((it) => !metrics.has(it))).toEqual([])
})

test.each(pages)('the tests that %s names are there', (page) => {
  const named = [...textOf(page).matchAll(/`(?:[\w./-]+\/)?([a-z][\w-]+\.test\.ts)`/g)].map(
    ([, it = '']) => it,
  )

  // One of a single letter is an example.
  expect(named.filter((it) => !tests.has(it))).toEqual([])
})

test('what is named is found at all', () => {
  const found = (pattern: RegExp) => pages.flatMap((it) => quoted(it, pattern)).length

  expect(found(/^--[a-z]/)).toBeGreaterThan(80)
  expect(found(/^[a-z][A-Za-z]+(\.[a-zA-Z]+)+/)).toBeGreaterThan(100)
  expect(metrics.size).toBeGreaterThan(60)
})
