import { createPrivateKey, createPublicKey, randomUUID, sign, X509Certificate } from 'node:crypto'
import { Agent, fetch } from 'undici'
import { expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { makeCsr } from '../fakes/pki/csr.ts'
import { startIssuerManager } from '../manager/issuer-manager.ts'
import { newIssuerScene } from '../manager/issuer-scene.ts'
import { applyCertManagerCrds, startCertManager } from '../partners/cert-manager.ts'
import { type Cfssl, startCfssl } from '../partners/cfssl.ts'
import { type StepCa, startStepCa } from '../partners/step-ca.ts'

const name = 'a.example.com'

test('step-ca signs for a token of its provisioner, once', async () => {
  await using stepCa = await startStepCa()
  const body = {
    csr: await makeCsr({ commonName: name, dnsNames: [name] }),
    ott: token(stepCa),
    notAfter: '1h',
  }

  const signed = await post(stepCa, '/1.0/sign', body)
  const again = await post(stepCa, '/1.0/sign', body)

  const { crt = '', ca = '' } = signed.body as { crt?: string; ca?: string }
  const leaf = new X509Certificate(crt)
  expect(leaf.subjectAltName).toBe(`DNS:${name}`)
  expect(leaf.verify(new X509Certificate(ca).publicKey)).toBe(true)
  expect(again.status).toBe(401)
})

test('cfssl signs with its intermediate', async () => {
  await using cfssl = await startCfssl()
  const csr = await makeCsr({ commonName: name, dnsNames: [name] })

  const signed = await post(cfssl, '/api/v1/cfssl/sign', { certificate_request: csr, hosts: [name] })

  const { result } = signed.body as { result: { certificate: string } }
  const leaf = new X509Certificate(result.certificate)
  expect(leaf.subjectAltName).toBe(`DNS:${name}`)
  expect(leaf.verify(createPublicKey(cfssl.intermediatePem))).toBe(true)
})

test('an ExternalIssuer has cfssl sign by steps of its own', async () => {
  const cluster = sharedCluster()
  await applyCertManagerCrds(cluster)
  await using running = new AsyncDisposableStack()
  const cfssl = running.use(await startCfssl())
  const scene = await newIssuerScene(cluster)
  const { namespace, token } = scene
  running.use(await startCertManager(cluster, { namespace }))
  const args = ['--namespace', namespace, '--insecure-local-endpoints']
  running.use(await startIssuerManager({ cluster, token, args }))

  const data = { 'pki.yaml': JSON.stringify(cfsslSteps(cfssl)) }
  const metadata = { namespace, name: 'cfssl' }
  const issuerRef = { name: 'cfssl', kind: 'ExternalIssuer', group: 'external-issuer.io' }
  const spec = { secretName: 'tls', dnsNames: [name], issuerRef }
  await scene.apply(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data },
    scene.issuer('cfssl', { signerType: 'pki', configRef: { name: 'cfssl' } }),
    { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { namespace, name: 'tls' }, spec },
  )
  await cluster.kubectl('wait', '-n', namespace, '--for=condition=Ready', 'certificate/tls', '--timeout=60s')

  const secret = await cluster.kubectl('get', 'secret', 'tls', '-n', namespace, '-o', 'json')
  const { data: kept } = JSON.parse(secret) as { data: Record<string, string> }
  const leaf = new X509Certificate(Buffer.from(kept['tls.crt'] ?? '', 'base64'))
  expect(leaf.subjectAltName).toBe(`DNS:${name}`)
  expect(leaf.verify(createPublicKey(cfssl.intermediatePem))).toBe(true)
})

/** Its answer has the certificate only; `info` gives what signed it. */
function cfsslSteps({ url, rootPem }: Cfssl): object {
  const isGood = { rules: [{ when: { path: 'success', equals: false }, is: 'refused' }] }
  return {
    baseURL: url,
    tls: { caBundle: rootPem },
    submit: {
      path: '/api/v1/cfssl/sign',
      body: { certificate_request: '{{ .csr.pem }}', hosts: { $value: 'dnsNames' } },
      response: { ...isGood, certificate: { path: 'result.certificate' }, code: { path: 'errors[0].code' } },
    },
    authorities: {
      method: 'POST',
      path: '/api/v1/cfssl/info',
      body: { label: '' },
      response: { certificate: { path: 'result.certificate' } },
    },
  }
}

async function post(
  server: { readonly url: string; readonly rootPem: string },
  path: string,
  body: object,
): Promise<{ readonly status: number; readonly body: unknown }> {
  await using dispatcher = disposable(new Agent({ connect: { ca: server.rootPem } }))
  const answer = await fetch(server.url + path, {
    method: 'POST',
    body: JSON.stringify(body),
    dispatcher: dispatcher.agent,
  })
  return { status: answer.status, body: await answer.json() }
}

function disposable(agent: Agent): AsyncDisposable & { readonly agent: Agent } {
  return { agent, [Symbol.asyncDispose]: () => agent.close() }
}

/** What `step ca token` would make. */
function token({ url, provisioner }: StepCa): string {
  const now = Math.floor(Date.now() / 1000)
  const parts = [
    { alg: 'ES256', typ: 'JWT', kid: provisioner.kid },
    {
      iss: provisioner.name,
      aud: `${url}/1.0/sign`,
      sub: name,
      sans: [name],
      nbf: now - 5,
      exp: now + 300,
      jti: randomUUID(),
    },
  ]
  const text = parts.map((it) => Buffer.from(JSON.stringify(it)).toString('base64url')).join('.')
  const key = createPrivateKey({ key: provisioner.privateKey, format: 'jwk' })
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}
