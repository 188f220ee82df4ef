import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CloudBench, createCloudBench } from '../../test/contract/cloud-bench.ts'
import { clientId, objectId, tenantId } from '../../test/contract/cloud-world.ts'
import type { AzureAuth } from '../api/akeyless-spec.ts'

const annotations = {
  'azure.workload.identity/client-id': clientId,
  'azure.workload.identity/tenant-id': tenantId,
}
const subject = 'system:serviceaccount:shop:app'
const otherId = '33333333-3333-4333-8333-333333333333'

let bench: CloudBench
beforeEach(async () => {
  bench = await createCloudBench()
  const { entra, issuer } = bench.world
  entra.client({ tenantId, clientId, federated: [{ issuer: issuer.issuer, subject }] })
  bench.account('app', annotations)
})
afterEach(() => bench.close())

const store = (auth: Partial<AzureAuth> = {}) =>
  bench.open({ azureAuth: { accessID: 'p-azure', serviceAccountRef: { name: 'app' }, ...auth } })

/** ESO's own manifest: access type and parameter from a Secret, the ServiceAccount beside it. */
function asEso(parameter?: string, hasAccount = true) {
  bench.references.set('login', { id: 'p-azure', type: 'azure_ad', param: parameter ?? '' })
  const key = (name: string) => ({ name: 'login', namespace: 'shop', key: name })
  const secretRef = {
    accessID: key('id'),
    accessType: key('type'),
    ...(parameter !== undefined && { accessTypeParam: key('param') }),
  }
  return { secretRef, ...(hasAccount && { serviceAccountRef: { name: 'app' } }) }
}

describe('the federated identity of a ServiceAccount', () => {
  test('logs in: Entra checks issuer, subject and audience, Akeyless the token', async () => {
    expect(await bench.read(store())).toBe('canary-value')
    expect(bench.world.entra.calls).toEqual([{ tenantId, clientId, status: 200 }])
  })

  test.each([[undefined], [''], [otherId]])(
    'logs in by the manifest of ESO, with the parameter %s',
    async (parameter) => {
      expect(await bench.read(bench.open(asEso(parameter)))).toBe('canary-value')
    },
  )

  test('takes the client ID of ESO from the parameter where no annotation has it', async () => {
    bench.account('app', { 'azure.workload.identity/tenant-id': tenantId })

    expect(await bench.read(bench.open(asEso(clientId)))).toBe('canary-value')
  })

  test('takes client and tenant from the store before the annotations', async () => {
    bench.account('app', { 'azure.workload.identity/client-id': otherId })

    expect(await bench.read(store({ clientID: clientId, tenantID: tenantId }))).toBe('canary-value')
  })

  test('keeps the token for the next login', async () => {
    const provider = store()
    await bench.read(provider)
    bench.akeyless.state.revokeTokens()

    expect(await bench.read(provider)).toBe('canary-value')
    expect(bench.world.entra.calls).toHaveLength(1)
  })

  test('whose annotation changes is another identity at once', async () => {
    const provider = store()
    await bench.read(provider)
    bench.account('app', { ...annotations, 'azure.workload.identity/client-id': otherId })

    expect(await bench.read(provider)).toBe('AuthFailed')
    expect(bench.words()).toContain('(AADSTS700016); the client is not in this tenant')
  })

  test('sends its audience beside those that the reference names, as ESO does', async () => {
    const serviceAccountRef = { name: 'app', audiences: ['also'] }

    expect(await bench.read(store({ serviceAccountRef }))).toBe('canary-value')
  })

  test.each([
    [700213, 'names this ServiceAccount as its subject', { name: 'web' }, {}],
    [90002, 'there is no such tenant', { name: 'app' }, { tenantID: otherId }],
    [700016, 'the client is not in this tenant', { name: 'app' }, { clientID: otherId }],
  ])('is AuthFailed with AADSTS%i: %s', async (code, words, serviceAccountRef, auth) => {
    bench.account('web', annotations)

    expect(await bench.read(store({ serviceAccountRef, ...auth }))).toBe('AuthFailed')
    expect(bench.words()).toMatch(
      /^Cannot get a token for client ".+" of tenant ".+" at Entra "127\.0\.0\.1:\d+": status is 40\d /,
    )
    expect(bench.words()).toContain(`(AADSTS${code}); `)
    expect(bench.words()).toContain(words)
    expect(bench.akeyless.calls.count('/auth')).toBe(0)
  })

  test('of a cluster whose issuer the client does not trust is AuthFailed that says so', async () => {
    bench.world.entra.issuers.clear()

    expect(await bench.read(store())).toBe('AuthFailed')
    expect(bench.words()).toContain('names the issuer of this cluster')
  })

  test.each([
    ['no client ID', { 'azure.workload.identity/tenant-id': tenantId }, 'azure.workload.identity/client-id'],
    ['no tenant ID', { 'azure.workload.identity/client-id': clientId }, 'azure.workload.identity/tenant-id'],
    [
      'a client ID that is none',
      { ...annotations, 'azure.workload.identity/client-id': 'canary-id' },
      'which is a GUID',
    ],
    [
      'a tenant ID with a path',
      { ...annotations, 'azure.workload.identity/tenant-id': '../x' },
      'neither a GUID nor a domain',
    ],
  ])('with %s is InvalidSpec that names it', async (_, given, words) => {
    bench.account('app', given)

    expect(await bench.read(store())).toBe('InvalidSpec')
    expect(bench.words()).toContain(words)
    expect(bench.words()).toContain('shop/app')
    expect(bench.world.entra.calls).toEqual([])
  })

  test('of two tenants are two logins, and neither gets what the other got', async () => {
    bench.account('web', annotations)

    const reads = [await bench.read(store()), await bench.read(store({ serviceAccountRef: { name: 'web' } }))]

    expect(reads).toEqual(['canary-value', 'AuthFailed'])
  })

  test('beside an object ID is InvalidSpec', async () => {
    expect(await bench.read(store({ objectID: objectId }))).toBe('InvalidSpec')
  })
})

describe('the identity of the pod or node', () => {
  async function again(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await bench.close()
    bench = await createCloudBench({ allowAmbientCloudIdentity: true, env })
  }

  test.each([[undefined], [objectId]])('comes from IMDS with the object ID %s', async (objectID) => {
    await again()
    const azureAuth = { accessID: 'p-azure', ...(objectID !== undefined && { objectID }) }

    expect(await bench.read(bench.open({ azureAuth }, true))).toBe('canary-value')
    expect(bench.world.metadata.calls).toEqual([{ what: 'azure', status: 200 }])
  })

  test('comes from IMDS by the manifest of ESO, the parameter an object ID', async () => {
    await again()

    expect(await bench.read(bench.open(asEso(objectId, false), true))).toBe('canary-value')
  })

  test('that the node does not have is AuthFailed that says what to check', async () => {
    await again()

    expect(
      await bench.read(bench.open({ azureAuth: { accessID: 'p-azure', objectID: otherId } }, true)),
    ).toBe('AuthFailed')
    expect(bench.words()).toBe(
      'Cannot get a token from the Azure instance metadata (IMDS): status is 400; check that the node has the managed identity, and name its object ID if it has several',
    )
  })

  test("is the pod's own workload identity where it has one", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keyferry-wi-'))
    const file = join(folder, 'token')
    const env = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId, AZURE_FEDERATED_TOKEN_FILE: file }
    await again(env)
    const { entra, issuer } = bench.world
    const sub = 'system:serviceaccount:keyferry:manager'
    entra.client({ tenantId, clientId, federated: [{ issuer: issuer.issuer, subject: sub }] })
    await writeFile(file, issuer.sign({ sub, aud: ['api://AzureADTokenExchange'] }))

    const value = await bench.read(bench.open({ azureAuth: { accessID: 'p-azure' } }, true))
    await rm(folder, { recursive: true })

    expect(value).toBe('canary-value')
    expect(bench.world.metadata.calls).toEqual([])
  })
})
