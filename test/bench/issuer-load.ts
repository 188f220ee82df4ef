import { type CertificateRequest, certificateRequestKind } from '../../src/api/certificaterequest.ts'
import type { Client } from '../../src/kube/client.ts'
import { makeCsr } from '../fakes/pki/csr.ts'
import { eachOf, nameOf } from './load.ts'

/** The issuer that requests name. */
export interface IssuerRef {
  readonly name: string
  readonly kind: string
  readonly group: string
}

const { signal } = new AbortController()

/** CSRs in base64, each with a P-256 key and a name of its own. */
export async function makeCsrs(count: number): Promise<readonly string[]> {
  const csrs: string[] = []
  await eachOf(count, 4, async (index) => {
    const csr = await makeCsr({ dnsNames: [`${nameOf(index)}.bench.example.com`] })
    csrs[index] = Buffer.from(csr).toString('base64')
  })
  return csrs
}

/** Makes a request for each CSR and approves it. No issuer runs yet. */
export async function createRequests(
  client: Client,
  namespace: string,
  csrs: readonly string[],
  issuerRef: IssuerRef,
): Promise<void> {
  await eachOf(csrs.length, 20, async (index) => {
    const metadata = { namespace, name: nameOf(index) }
    const request: CertificateRequest = {
      metadata,
      spec: {
        request: csrs[index] ?? '',
        issuerRef,
        duration: '24h',
        usages: ['digital signature', 'key encipherment', 'server auth'],
      },
    }
    const by = { fieldManager: 'approver', signal }
    await client.create(certificateRequestKind, request, by)
    const status = { status: { conditions: [approval()] } }
    await client.mergePatch(certificateRequestKind, metadata, status, { ...by, subresource: 'status' })
  })
}

function approval(): object {
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  return { type: 'Approved', status: 'True', reason: 'bench', message: 'for the bench', lastTransitionTime }
}
