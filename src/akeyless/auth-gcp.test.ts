import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CloudBench, createCloudBench } from '../../test/contract/cloud-bench.ts'

let bench: CloudBench
beforeEach(async () => {
  bench = await createCloudBench({ allowAmbientCloudIdentity: true })
})
afterEach(() => bench.close())

function asEso(parameter: string | undefined, namespace: string | undefined = 'keyferry') {
  bench.references.set('login', { id: 'p-gcp', type: 'gcp', param: parameter ?? '' })
  const key = (name: string) => ({ name: 'login', key: name, ...(namespace !== '' && { namespace }) })
  const secretRef = { accessID: key('id'), accessType: key('type') }
  return { secretRef: { ...secretRef, ...(parameter !== undefined && { accessTypeParam: key('param') }) } }
}

test.each([
  ['without an audience', () => ({ gcpAuth: { accessID: 'p-gcp' } })],
  ['with one', () => ({ gcpAuth: { accessID: 'p-gcp', audience: 'akeyless.io' } })],
  ['by the manifest of ESO', () => asEso('akeyless.io')],
  ['by the manifest of ESO, its parameter empty', () => asEso('')],
  ['by the manifest of ESO without a parameter', () => asEso(undefined)],
])('the identity of the pod logs in %s', async (_, auth) => {
  expect(await bench.read(bench.open(auth(), true))).toBe('canary-value')
  expect(bench.world.metadata.calls).toEqual([{ what: 'google', status: 200 }])
})

test('another audience than the auth method has is AuthFailed by Akeyless', async () => {
  const gcpAuth = { accessID: 'p-gcp', audience: 'elsewhere' }

  expect(await bench.read(bench.open({ gcpAuth }, true))).toBe('AuthFailed')
  expect(bench.words()).toContain('the audience and bounds of the GCP auth method')
})

test('a pod without a Google identity is AuthFailed that says what to check', async () => {
  bench.world.metadata.google = undefined

  expect(await bench.read(bench.open({ gcpAuth: { accessID: 'p-gcp' } }, true))).toBe('AuthFailed')
  expect(bench.words()).toBe(
    'Cannot get an identity token from the Google metadata server: status is 404; check that the pod runs as a ServiceAccount bound to a Google service account',
  )
})

test('an answer without the mark of a metadata server is not believed', async () => {
  bench.world.metadata.server.answer((_, response) => void response.writeHead(200).end('a.b.c'))

  expect(await bench.read(bench.open({ gcpAuth: { accessID: 'p-gcp' } }, true))).toBe('UnexpectedResponse')
})

test('the token is kept until a minute before its end', async () => {
  const provider = bench.open({ gcpAuth: { accessID: 'p-gcp' } }, true)
  await bench.read(provider)
  bench.akeyless.state.revokeTokens()
  await bench.read(provider)

  expect(bench.world.metadata.calls).toHaveLength(1)
  expect(bench.akeyless.calls.count('/auth')).toBe(2)
})

describe('the identity of the pod or node', () => {
  const ways = [
    ['gcpAuth', () => ({ gcpAuth: { accessID: 'p-gcp' } })],
    ['azureAuth', () => ({ azureAuth: { accessID: 'p-azure' } })],
    ['awsAuth', () => ({ awsAuth: { accessID: 'p-aws' } })],
    ['secretRef', () => asEso('akeyless.io')],
  ] as const

  test.each(ways)('is refused to a SecretStore by %s, flag or not', async (_, auth) => {
    expect(await bench.read(bench.open(auth(), false))).toBe('InvalidSpec')
    expect(bench.words()).toContain('which only a ClusterSecretStore may use; ')
    expect(bench.world.metadata.calls).toEqual([])
  })

  test.each(ways)('is refused to a ClusterSecretStore by %s without the flag', async (_, auth) => {
    await bench.close()
    bench = await createCloudBench()

    expect(await bench.read(bench.open(auth(), true))).toBe('InvalidSpec')
    expect(bench.words()).toContain('which needs the flag --allow-ambient-cloud-identity; ')
    expect(bench.world.metadata.calls).toEqual([])
  })

  test('logs in as nobody whom the namespaces of its users choose', async () => {
    expect(await bench.read(bench.open(asEso('akeyless.io', ''), true))).toBe('InvalidSpec')
    expect(bench.words()).toMatch(/secretRef\.accessID: it names no namespace/)
    expect(bench.world.metadata.calls).toEqual([])
  })
})
