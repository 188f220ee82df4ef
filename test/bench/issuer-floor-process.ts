// The floor of signing: for each request one GET, a status that says it has begun, a POST to the PKI, and a status with
// the certificate, by a bare undici loop. Prints its seconds as JSON.
import { Pool } from 'undici'
import { eachOf, nameOf } from './load.ts'

interface Facts {
  readonly server: string
  readonly caPem: string
  readonly token: string
  readonly namespace: string
  readonly count: number
  readonly pki: { readonly url: string; readonly rootPem: string; readonly token: string }
}

const facts = JSON.parse(process.argv[2] ?? '') as Facts
const cluster = new Pool(facts.server, { connections: 20, connect: { ca: facts.caPem }, allowH2: false })
const pki = new Pool(facts.pki.url, { connections: 20, connect: { ca: facts.pki.rootPem }, allowH2: false })
const base = `/apis/cert-manager.io/v1/namespaces/${facts.namespace}/certificaterequests`
const toCluster = { authorization: `Bearer ${facts.token}`, 'content-type': 'application/apply-patch+yaml' }
const toPki = { authorization: `Bearer ${facts.pki.token}`, 'content-type': 'application/json' }

interface Answer {
  readonly certificate: string
  readonly chain: readonly string[]
  readonly spec: { readonly request: string }
}

const started = performance.now()
await eachOf(facts.count, 20, async (index) => {
  const name = nameOf(index)
  const { spec } = await send(cluster, 'GET', `${base}/${name}`)
  await writeStatus(name, { conditions: [condition('Unknown', 'Initializing')] })
  const csr = Buffer.from(spec.request, 'base64').toString()
  const issued = await send(pki, 'POST', '/sign', { csr, seconds: 86_400 })
  const [intermediate = '', root = ''] = issued.chain
  const certificate = Buffer.from(issued.certificate + intermediate).toString('base64')
  const ca = Buffer.from(root).toString('base64')
  await writeStatus(name, { conditions: [condition('True', 'Issued')], certificate, ca })
})
console.log(JSON.stringify({ seconds: Number(((performance.now() - started) / 1000).toFixed(2)) }))
await Promise.all([cluster.close(), pki.close()])

function writeStatus(name: string, status: object): Promise<Answer> {
  const metadata = { name, namespace: facts.namespace }
  const object = { apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', metadata, status }
  return send(cluster, 'PATCH', `${base}/${name}/status?fieldManager=floor&force=true`, object)
}

function condition(status: string, reason: string): object {
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  return { type: 'Ready', status, reason, message: 'The certificate was issued', lastTransitionTime }
}

async function send(
  to: Pool,
  method: 'GET' | 'PATCH' | 'POST',
  path: string,
  body?: object,
): Promise<Answer> {
  const headers = to === cluster ? toCluster : toPki
  const answer = await to.request({
    method,
    path,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 300)
    throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`)
  return JSON.parse(text) as Answer
}
