import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConnection } from '../../src/kube/config.ts'
import { namespaceKind, serviceAccountKind } from '../../src/kube/kind.ts'
import { createClient } from '../../src/kube/rest-client.ts'
import { createTransport } from '../../src/kube/transport-undici.ts'
import { makeAuthority, makeServingCertificate } from '../cluster/certificates.ts'
import { connect } from '../cluster/client.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'

const signal = new AbortController().signal
const userAgent = 'keyferry-test'
let cluster: Cluster
let directory: string

beforeAll(async () => {
  cluster = await startCluster({ audit: false })
  directory = await mkdtemp(join(tmpdir(), 'keyferry-rotation-'))
})

afterAll(async () => {
  await cluster.stop()
  await rm(directory, { recursive: true, force: true })
})

/** The files of a pod, and the environment that points to the API server. */
async function pod(name: string, token: string) {
  const file = (leaf: string) => join(directory, `${name}-${leaf}`)
  const mount = await mkdtemp(file('mount-'))
  const replace = async (leaf: string, text: string) => {
    await writeFile(join(mount, `.${leaf}`), text)
    await rename(join(mount, `.${leaf}`), join(mount, leaf))
  }
  await replace('token', token)
  await replace('ca.crt', cluster.caPem)
  const { hostname, port } = new URL(cluster.server)
  const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port }
  const connection = await loadConnection({ env, serviceAccountDirectory: mount })
  return { connection, replace }
}

async function tokenOf(name: string): Promise<string> {
  await using admin = connect(cluster)
  const ref = { namespace: 'default', name }
  await admin.client.apply(
    serviceAccountKind,
    { metadata: ref },
    { fieldManager: 'test', force: true, signal },
  )
  return (await admin.client.createToken(ref, { expirationSeconds: 600, signal })).token.reveal()
}

test('F16: a token that the API server no longer takes is replaced by the rotated file within the request', async () => {
  const { connection, replace } = await pod('token', 'expired')
  const transport = createTransport(connection, { userAgent })
  const request = { method: 'GET', path: '/version', signal, timeoutMs: 5000 } as const
  const whoami = {
    ...request,
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }),
  } as const

  const refused = await transport.request(whoami)
  await replace('token', await tokenOf('rotated'))
  const accepted = await transport.request(whoami)

  expect([refused.status, accepted.status]).toEqual([401, 201])
  expect(accepted.body).toContain('system:serviceaccount:default:rotated')
  await transport.close()
})

test('F20: the API server changes its CA while we read: no request fails, and the new CA stands alone', async () => {
  const { connection, replace } = await pod('ca', cluster.adminToken)
  const transport = createTransport(connection, { userAgent })
  const client = createClient(transport)
  const failures: unknown[] = []
  const stop = new AbortController()
  const reading = readUntil(stop.signal)
  await makeAuthority(directory, 'next-ca')
  await makeServingCertificate(directory, 'next', ['IP:127.0.0.1'], 'next-ca')
  const nextCa = await readFile(join(directory, 'next-ca.crt'), 'utf8')

  await replace('ca.crt', cluster.caPem + nextCa)
  await copyFile(join(directory, 'next.key'), join(cluster.directory, 'apiserver.key'))
  await copyFile(join(directory, 'next.crt'), join(cluster.directory, 'apiserver.crt'))
  await expect.poll(() => isServedUnder(nextCa), { timeout: 90_000, interval: 500 }).toBe(true)
  const during = await Promise.all(Array.from({ length: 60 }, () => read()))
  await replace('ca.crt', nextCa)
  const after = await loadAndRead(nextCa)
  stop.abort()
  const reads = await reading

  expect(failures).toEqual([])
  expect(reads).toBeGreaterThan(10)
  expect(during.every((it) => it === 'default')).toBe(true)
  expect(after).toBe('default')
  await transport.close()

  async function read() {
    return (await client.get(namespaceKind, { name: 'default' }, { signal, timeoutMs: 5000 })).metadata.name
  }

  async function readUntil(signal: AbortSignal) {
    let count = 0
    for (; !signal.aborted; count += 1) await read().catch((error: unknown) => failures.push(error))
    return count
  }

  async function loadAndRead(ca: string) {
    const fresh = await pod('after', cluster.adminToken)
    await fresh.replace('ca.crt', ca)
    const transport = createTransport(fresh.connection, { userAgent })
    const namespace = await createClient(transport).get(namespaceKind, { name: 'default' }, { signal })
    await transport.close()
    return namespace.metadata.name
  }
}, 120_000)

function isServedUnder(ca: string): Promise<boolean> {
  const { hostname, port } = new URL(cluster.server)
  return new Promise((resolve) => {
    const socket = connectTls({ host: hostname, port: Number(port), ca })
    socket.once('secureConnect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    socket.once('secureConnect', () => socket.destroy())
  })
}
