import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { startIssuerManager } from '../manager/issuer-manager.ts'
import { applyCertManagerCrds } from '../partners/cert-manager.ts'

const root = join(import.meta.dirname, '../..')
const page = await readFile(join(root, 'docs/issuer.md'), 'utf8')
const cluster = sharedCluster()

beforeAll(() => applyCertManagerCrds(cluster), 600_000)

test('the manifests of docs/issuer.md are accepted by the API server, every field of them known', async () => {
  const [, yaml = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? []
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-page-'))
  await writeFile(join(directory, 'page.yaml'), yaml.replaceAll('namespace: shop', 'namespace: default'))

  expect(await accepted(directory)).toEqual([
    'externalissuer.external-issuer.io/corp-pki',
    'configmap/corp-pki',
    'secret/corp-pki-auth',
    'certificate.cert-manager.io/shop',
  ])
  await rm(directory, { recursive: true })
})

test('the samples of the mock CA are accepted by the API server, every field of them known', async () => {
  expect(await accepted(join(root, 'config/samples/mockca'))).toEqual([
    'certificate.cert-manager.io/shop',
    'externalissuer.external-issuer.io/mock',
  ])
})

test('the page names the metrics of the issuer half, those that all halves have being on a page of their own', async () => {
  const nowhere = { server: 'https://127.0.0.1:9', caPem: cluster.caPem }
  await using manager = await startIssuerManager({ cluster: nowhere, token: 'x', awaitSynced: false })
  const served = [...(await manager.metricsText()).matchAll(/^# TYPE (keyferry_\w+) /gm)].map(([, it]) => it)
  const common = await readFile(join(root, 'docs/metrics.md'), 'utf8')
  const named = [...page.matchAll(/`(keyferry_[a-z_]+)`/g)].map(([, it]) => it)

  expect(new Set(named)).toEqual(new Set(served.filter((it) => !common.includes(`| \`${it}\` |`))))
})

async function accepted(folder: string): Promise<readonly string[]> {
  const strict = ['--dry-run=server', '--validate=strict', '-o', 'name']
  const names = await cluster.kubectl('apply', ...strict, '-f', folder)
  return names.trim().split('\n')
}
