import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openPki } from '../../../test/fakes/pki/open-signer.ts'

const examples = globSync('docs/pki/*.md').flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/```yaml\n(# pki\.yaml\n[^`]+)```/g)].map(
    ([, yaml = ''], index) => [`${file} ${index + 1}`, yaml] as const,
  ),
)

test('every page has an example', () => {
  const pages = new Set(examples.map(([name]) => name.split(' ')[0]))

  expect(globSync('docs/pki/*.md').filter((it) => !pages.has(it))).toEqual([])
})

test.each(examples)(
  'the example %s is a configuration, and names the keys that it needs',
  async (_name, yaml) => {
    const [, keys] = /^# keys: (.+)$/m.exec(yaml) ?? []
    const credentials = keys && Object.fromEntries(keys.split(', ').map((it) => [it, 'x']))

    const opened = await openPki({
      yaml,
      credentials: credentials || undefined,
      rules: { insecureLocalEndpoints: false },
    })

    expect(opened.signer.retryWindowMs).toBeGreaterThan(0)
  },
)
