import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeAuthority, makeServingCertificate } from '../../test/cluster/certificates.ts'
import { base64, failureOf, type KubeconfigParts, writeKubeconfig } from '../../test/fakes/kubeconfig.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { loadConnection } from './config.ts'

const canary = 'canary-credential-88d2'
let certificates: string
let directory: string
let ca: string
let cert: string
let key: string

beforeAll(async () => {
  certificates = await mkdtemp(path.join(tmpdir(), 'keyferry-config-'))
  await makeAuthority(certificates)
  await makeServingCertificate(certificates, 'client', ['DNS:client'])
  await makeServingCertificate(certificates, 'other', ['DNS:other'])
  ca = await readFile(path.join(certificates, 'ca.crt'), 'utf8')
  cert = await readFile(path.join(certificates, 'client.crt'), 'utf8')
  key = await readFile(path.join(certificates, 'client.key'), 'utf8')
})

beforeEach(async () => {
  directory = await mkdtemp(path.join(certificates, 'test-'))
})

afterAll(() => rm(certificates, { recursive: true }))

const kubeconfig = (parts: KubeconfigParts, name?: string) => writeKubeconfig(directory, parts, name)

test('a kubeconfig with a token and data gives server with base path, TLS material and header', async () => {
  const cluster = {
    'certificate-authority-data': base64(ca),
    'tls-server-name': 'api.example',
    'proxy-url': 'http://proxy:3128',
  }
  const user = {
    token: canary,
    'client-certificate-data': base64(cert),
    'client-key-data': base64(key),
    as: 'jane',
  }
  const file = await kubeconfig({ cluster, user, context: { namespace: 'shop' } })

  const connection = await loadConnection({ kubeconfigFile: file, env: {} })

  expect(connection).toMatchObject({
    server: 'https://127.0.0.1:6443/base',
    namespace: 'shop',
    tlsServerName: 'api.example',
    skipTlsVerify: false,
    headers: { 'impersonate-user': 'jane' },
  })
  const tls = await connection.tls()
  expect([tls.ca, tls.cert, tls.key?.reveal()]).toEqual([ca, cert, key])
  expect((await connection.authorization())?.reveal()).toBe(`Bearer ${canary}`)
  expect(connection.proxyUrl?.reveal()).toBe('http://proxy:3128')
  expect(inspect([connection, tls], { depth: 9 })).not.toContain(canary)
  expect(inspect(tls)).not.toContain('PRIVATE KEY')
})

test('relative files are found beside the kubeconfig, basic credentials and no credentials work', async () => {
  await writeFile(path.join(directory, 'ca.pem'), ca)
  const cluster = { 'certificate-authority': 'ca.pem' }

  const basic = await loadConnection({
    kubeconfigFile: await kubeconfig({ cluster, user: { username: 'jane', password: 'pw' } }),
    env: {},
  })
  const none = await loadConnection({ kubeconfigFile: await kubeconfig({}), env: {} })

  expect((await basic.tls()).ca).toBe(ca)
  expect((await basic.authorization())?.reveal()).toBe(`Basic ${base64('jane:pw')}`)
  expect(await none.authorization()).toBeUndefined()
})

test.each(['tokenFile', 'token-file'])(
  '%s is read anew after a minute or a refusal; a missing file keeps it',
  async (field) => {
    const clock = new ManualClock()
    const tokenFile = path.join(directory, 'token')
    await writeFile(tokenFile, 'one\n')
    const file = await kubeconfig({ user: { [field]: 'token', token: 'ignored' } })
    const { authorization } = await loadConnection({ kubeconfigFile: file, env: {}, clock })
    const first = await authorization()

    await writeFile(tokenFile, 'two\n')
    const early = await authorization()
    clock.advance(60_000)
    const due = await authorization()
    await writeFile(tokenFile, 'three\n')
    const refused = await authorization(due)
    await rm(tokenFile)
    clock.advance(60_000)
    const kept = await authorization()
    await writeFile(tokenFile, '')
    clock.advance(1000)
    const keptToo = await authorization()
    await writeFile(tokenFile, 'four\n')
    clock.advance(1000)
    const back = await authorization()

    const shown = [first, early, due, refused, kept, keptToo, back].map((it) => it?.reveal())
    expect(shown).toEqual(
      ['one', 'one', 'two', 'three', 'three', 'three', 'four'].map((it) => `Bearer ${it}`),
    )
  },
)

test('a rotated CA and client certificate are seen, a pair that does not match is not taken', async () => {
  const clock = new ManualClock()
  const file = (name: string) => path.join(directory, name)
  await writeFile(file('ca.pem'), ca)
  await writeFile(file('cert.pem'), cert)
  await writeFile(file('key.pem'), key)
  const connection = await loadConnection({
    clock,
    env: {},
    kubeconfigFile: await kubeconfig({
      cluster: { 'certificate-authority': 'ca.pem' },
      user: { 'client-certificate': 'cert.pem', 'client-key': 'key.pem' },
    }),
  })
  const before = await connection.tls()
  const otherCert = await readFile(path.join(certificates, 'other.crt'), 'utf8')
  const otherKey = await readFile(path.join(certificates, 'other.key'), 'utf8')

  await writeFile(file('cert.pem'), otherCert)
  clock.advance(60_000)
  const half = await connection.tls()
  await writeFile(file('key.pem'), otherKey)
  const forced = await connection.tls(half)
  clock.advance(60_000)
  const same = await connection.tls()

  expect(half).toBe(before)
  expect([forced.cert, forced.key?.reveal()]).toEqual([otherCert, otherKey])
  expect(same).toBe(forced)
})

test('files of KUBECONFIG are merged, the first that says something wins', async () => {
  const first = await kubeconfig({ user: { token: 'first' } }, 'a')
  const second = await kubeconfig({ user: { token: 'second' }, cluster: { server: 'https://other:1' } }, 'b')
  const env = { KUBECONFIG: [first, second].join(path.delimiter) }

  const connection = await loadConnection({ env })

  expect(connection.server).toBe('https://127.0.0.1:6443/base')
  expect((await connection.authorization())?.reveal()).toBe('Bearer first')
})

test('in a pod the ServiceAccount directory is used, and its rotated token and CA', async () => {
  const clock = new ManualClock()
  const mount = path.join(directory, 'serviceaccount')
  await mkdir(mount)
  await writeFile(path.join(mount, 'token'), 'one')
  await writeFile(path.join(mount, 'namespace'), 'keyferry\n')
  await writeFile(path.join(mount, 'ca.crt'), ca)
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443', HOME: directory }

  const connection = await loadConnection({ env, clock, serviceAccountDirectory: mount })
  const otherCa = await readFile(path.join(certificates, 'other.crt'), 'utf8')
  await writeFile(path.join(mount, 'ca.new'), otherCa)
  await rename(path.join(mount, 'ca.new'), path.join(mount, 'ca.crt'))
  await writeFile(path.join(mount, 'token'), 'two')
  clock.advance(60_000)

  expect(connection).toMatchObject({
    server: 'https://[fd00::1]:443',
    namespace: 'keyferry',
    skipTlsVerify: false,
  })
  expect((await connection.tls()).ca).toBe(otherCa)
  expect((await connection.authorization())?.reveal()).toBe('Bearer two')
})

test('a kubeconfig beats the pod, the pod beats the home directory', async () => {
  await mkdir(path.join(directory, '.kube'))
  await kubeconfig({ cluster: { server: 'https://home:1' } }, '.kube/config')
  const flag = await kubeconfig({ cluster: { server: 'https://flag:1' } }, 'flag')
  const variable = await kubeconfig({ cluster: { server: 'https://variable:1' } }, 'variable')
  const pod = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' }
  const serviceAccountDirectory = path.join(directory, 'nowhere')

  const byFlag = await loadConnection({ kubeconfigFile: flag, env: { ...pod, KUBECONFIG: variable } })
  const byVariable = await loadConnection({ env: { ...pod, KUBECONFIG: variable } })
  const byPod = await failureOf(loadConnection({ env: { ...pod, HOME: directory }, serviceAccountDirectory }))
  const byHome = await loadConnection({ env: { HOME: directory } })

  expect([byFlag, byVariable, byHome].map((it) => it.server)).toEqual([
    'https://flag:1',
    'https://variable:1',
    'https://home:1',
  ])
  expect(byPod).toMatchObject({ message: expect.stringContaining(`Cannot read ${serviceAccountDirectory}`) })
})
