import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { type ClusterFacts, kubectl } from '../../test/cluster/cluster.ts'
import { applyCertManagerCrds, startCertManager } from '../../test/partners/cert-manager.ts'
import type { Partner } from '../../test/partners/partner.ts'
import { waitForSecret } from './kubernetes.ts'
import { say } from './story.ts'

const samples = join(import.meta.dirname, '../../config/samples/mockca')
const namespace = 'shop'

/** cert-manager's CRDs and its own controllers, built from its published sources. */
export async function startDemoCertManager(cluster: ClusterFacts): Promise<Partner> {
  await applyCertManagerCrds(cluster)
  return startCertManager(cluster)
}

/** Applies an issuer and a Certificate and tells what becomes of them. */
export async function showCertificate(cluster: ClusterFacts): Promise<void> {
  for (const name of ['externalissuer.yaml', 'certificate.yaml']) {
    const file = join(samples, name)
    say((await kubectl(cluster, '-n', namespace, 'apply', '--server-side', '-f', file)).trim())
  }
  const started = Date.now()
  const isIssued = (data: Record<string, string>) => (data['tls.crt'] ?? '') !== ''
  const data = await waitForSecret(cluster, { namespace, name: 'shop-tls' }, isIssued)
  const seconds = ((Date.now() - started) / 1000).toFixed(1)
  say(`Secret ${namespace}/shop-tls holds ${Object.keys(data).toSorted().join(', ')} after ${seconds} s`)
  tellChain('tls.crt', data['tls.crt'] ?? '')
  tellChain('ca.crt', data['ca.crt'] ?? '')
}

function tellChain(key: string, pem: string): void {
  for (const block of pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []) {
    const { subject, subjectAltName, issuer, validTo } = new X509Certificate(block)
    const holder = [subject, subjectAltName].filter((it) => it !== undefined && it !== '').join(', ')
    say(`  ${key}: ${holder}; issued by ${issuer}; valid until ${validTo}`)
  }
}
