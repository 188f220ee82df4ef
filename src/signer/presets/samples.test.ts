import { generateKeyPairSync } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { openPki } from '../../../test/fakes/pki/open-signer.ts'
import { presets } from './presets.ts'

const folders = globSync('config/samples/pki/*').toSorted()
const read = (folder: string, file: string) =>
  parse(readFileSync(`${folder}/${file}.yaml`, 'utf8')) as Record<string, Record<string, string>>

/** A placeholder cannot be one where a key is read as the configuration is opened. */
const keys: Readonly<Record<string, string>> = {
  'provisioner-key': generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
}

test('every preset has a sample and a page, and so has a PKI of one’s own', () => {
  const names = [...presets.map((it) => it.name), 'custom'].toSorted()

  expect(folders.map((it) => it.split('/').at(-1))).toEqual(names)
  expect(globSync(`docs/pki/{${names.join(',')}}.md`)).toHaveLength(names.length)
})

test.each(folders)('%s is whole: its parts name each other, and its configuration opens', async (folder) => {
  const [config, secret] = [read(folder, 'configmap'), read(folder, 'secret')]
  const issuers = ['externalissuer', 'externalclusterissuer'].map((it) => read(folder, it))
  const credentials = { ...secret['stringData'], ...pick(secret['stringData'] ?? {}) }

  const opened = await openPki({
    yaml: config['data']?.['pki.yaml'] ?? '',
    credentials,
    rules: { insecureLocalEndpoints: false },
  })

  expect(opened.signer.retryWindowMs).toBeGreaterThan(0)
  expect(issuers.map((it) => it['spec'])).toMatchObject([
    {
      configRef: { name: config['metadata']?.['name'] },
      authSecretRef: { name: secret['metadata']?.['name'] },
    },
    {
      configRef: { name: config['metadata']?.['name'] },
      authSecretRef: { name: secret['metadata']?.['name'] },
    },
  ])
  expect(read(folder, 'certificate')['spec']).toMatchObject({
    issuerRef: { group: 'external-issuer.io', name: issuers[0]?.['metadata']?.['name'] },
  })
})

function pick(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(keys).filter(([key]) => key in data))
}
