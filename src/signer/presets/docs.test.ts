import { generateKeyPairSync } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openPki } from '../../../test/fakes/pki/open-signer.ts'

/** A placeholder will do for a credential, unless it is read as the configuration is opened. */
const keyPem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
const valueOf = (key: string) => (key === 'provisioner-key' ? keyPem : 'x')

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
    const credentials = keys && Object.fromEntries(keys.split(', ').map((it) => [it, valueOf(it)]))

    const opened = await openPki({
      yaml,
      credentials: credentials || undefined,
      rules: { insecureLocalEndpoints: false },
    })

    expect(opened.signer.retryWindowMs).toBeGreaterThan(0)
  },
)
