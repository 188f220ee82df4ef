import { X509Certificate } from 'node:crypto'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { failing, pending, ScriptedSigner } from '../fakes/issuer/scripted-signer.ts'
import { auditLines } from '../manager/audit-log.ts'
import { eventually } from '../manager/eventually.ts'
import { type IssuerManagerOptions, startIssuerManager } from '../manager/issuer-manager.ts'
import { type IssuerScene, newIssuerScene } from '../manager/issuer-scene.ts'
import { startTwoIdentities } from '../manager/two-identities.ts'
import { applyCertManagerCrds } from '../partners/cert-manager.ts'

let scene: IssuerScene

beforeAll(() => applyCertManagerCrds(sharedCluster()), 300_000)

beforeEach(async () => {
  scene = await newIssuerScene(sharedCluster())
})

const judgedAsGood: NonNullable<IssuerManagerOptions['prepare']> = () =>
  Promise.resolve(() => Promise.resolve({ certificatePem: 'LEAF', caPem: 'ROOT' }))

/** A manager of the scene's namespace with the real signers. */
function start(more: Partial<IssuerManagerOptions> = {}): ReturnType<typeof startIssuerManager> {
  const { args = [], ...rest } = more
  return startIssuerManager({
    cluster: sharedCluster(),
    token: scene.token,
    args: ['--namespace', scene.namespace, ...args],
    ...rest,
  })
}

/** One whose signer does what the test says. */
function startScripted(signer: ScriptedSigner): ReturnType<typeof startIssuerManager> {
  return start({ signerTypes: [signer], prepare: judgedAsGood })
}

function certificateOf(status: { certificate?: string } | undefined): X509Certificate {
  return new X509Certificate(Buffer.from(status?.certificate ?? '', 'base64'))
}

test('I1, I2, R8, R13, R25: a real request is signed by mockca, in two writes that leave its approval as it was', async () => {
  await using _ = await start()
  await scene.apply(scene.issuer('ca'))
  await scene.reason('externalissuer', 'ca', 'Checked')
  await scene.request('a')
  const { status, metadata } = await scene.reason('certificaterequest', 'a', 'Issued')

  expect(
    certificateOf(status).checkIssued(new X509Certificate(Buffer.from(status?.ca ?? '', 'base64'))),
  ).toBe(true)
  expect(status?.conditions?.map((it) => `${it.type} ${it.status} ${it.reason}`).toSorted()).toEqual([
    'Approved True test',
    'Ready True Issued',
  ])
  expect(metadata.managedFields?.map((it) => it.manager).toSorted()).toEqual([
    'a-user',
    'approver',
    'external-issuer.io',
  ])
})

test('R1, R5: foreign and undecided requests are never written to', async () => {
  await using _ = await start()
  await scene.apply(scene.issuer('ca'))
  await scene.reason('externalissuer', 'ca', 'Checked')
  await scene.request('open', { decision: 'none' })
  await scene.request('foreign', { issuerRef: { group: 'cert-manager.io', kind: 'Issuer' } })
  await scene.request('ours')
  await scene.reason('certificaterequest', 'ours', 'Issued')

  for (const name of ['open', 'foreign']) {
    const { metadata } = await scene.get('certificaterequest', name)
    expect(metadata.managedFields?.some((it) => it.manager === 'external-issuer.io')).toBe(false)
  }
})

test('R6: a denied request is Ready=False/Denied with failureTime', async () => {
  await using _ = await start()
  await scene.request('a', { decision: 'Denied' })
  const { status } = await scene.reason('certificaterequest', 'a', 'Denied')

  expect(status?.failureTime).toMatch(/Z$/)
})

test('R9, W1: a request waits for its issuer and goes on when it comes', async () => {
  await using _ = await start()
  await scene.request('a')
  const { status } = await scene.reason('certificaterequest', 'a', 'Pending')
  expect(status?.conditions?.find((it) => it.type === 'Ready')?.message).toContain(
    'Waiting for it to be created',
  )
  await scene.apply(scene.issuer('ca'))

  await scene.reason('certificaterequest', 'a', 'Issued')
})

test('R16, R18: failures that may pass are tried again, a refusal is Failed with failureTime', async () => {
  const signer = new ScriptedSigner()
  await using _ = await startScripted(signer)
  signer.onSubmit = [failing('Unavailable', 'away'), failing('Refused', 'the policy forbids it')]
  await scene.apply(scene.issuer('ca'))
  await scene.request('a')
  const { status } = await scene.reason('certificaterequest', 'a', 'Failed')

  expect(status?.failureTime).toMatch(/Z$/)
  expect(signer.submits).toHaveLength(2)
})

test('R19, R20: a pending request survives a restart, and is submitted once', async () => {
  await scene.apply(scene.issuer('ca'))
  const signer = new ScriptedSigner()
  signer.onSubmit = [pending('order-7', 200)]
  signer.onPoll = [pending('order-7', 200)]
  {
    await using _ = await startScripted(signer)
    await scene.request('a')
    await eventually('it is polled', () => signer.polls.length > 2)
  }
  const { metadata, status } = await scene.get('certificaterequest', 'a')
  const mark = status?.conditions?.find((it) => it.type === 'external-issuer.io/Pending')
  expect(mark?.message).toBe(`The CA holds request ${metadata.uid} under id order-7`)
  const next = new ScriptedSigner()
  await using _ = await startScripted(next)
  const done = await scene.reason('certificaterequest', 'a', 'Issued')

  expect([signer.submits.length, next.submits.length, next.polls.map((it) => it.id)]).toEqual([
    1,
    0,
    ['order-7'],
  ])
  expect(done.status?.conditions?.map((it) => it.type).toSorted()).toEqual(['Approved', 'Ready'])
})

test("R22: the issuer's fault flips it, and both recover", async () => {
  const signer = new ScriptedSigner()
  await using _ = await startScripted(signer)
  await scene.apply(scene.issuer('ca'))
  await scene.reason('externalissuer', 'ca', 'Checked')
  signer.onSubmit = [failing('IssuerFault', 'status is 401'), { kind: 'issued', certificates: [] }]
  await scene.request('a')
  await scene.reason('externalissuer', 'ca', 'Pending')

  await scene.reason('certificaterequest', 'a', 'Issued', 30_000)
  expect(signer.submits).toHaveLength(2)
})

test('R27: whoever writes the request while it is signed costs no second call', async () => {
  const signer = new ScriptedSigner()
  await using _ = await startScripted(signer)
  await scene.apply(scene.issuer('ca'))
  signer.onSubmit = [
    async () => {
      await scene.kubectl('label', 'certificaterequest', 'a', 'seen=yes', '-n', scene.namespace)
      return { kind: 'issued', certificates: [] }
    },
  ]
  await scene.request('a')
  await scene.reason('certificaterequest', 'a', 'Issued')

  expect(signer.submits).toHaveLength(1)
})

test('I4, I7: a missing ConfigMap is named, and noticed when it comes', async () => {
  const signer = new ScriptedSigner()
  await using _ = await startScripted(signer)
  await scene.apply(scene.issuer('ca', { configRef: { name: 'conf' } }))
  const { status } = await scene.reason('externalissuer', 'ca', 'Pending')
  expect(status?.conditions?.[0]?.message).toContain(`there is no ConfigMap ${scene.namespace}/conf`)
  const metadata = { namespace: scene.namespace, name: 'conf' }
  await scene.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'pki.yaml': 'a: b' } })

  const ready = await scene.reason('externalissuer', 'ca', 'Checked', 30_000)
  expect(ready.status?.observedConfigHash).toMatch(/^[0-9a-f]{64}$/)
})

test('S5: the API server refuses what the controller refuses, and kubectl shows the state of issuers', async () => {
  await using _ = await start()
  await expect(scene.applyByKubectl(scene.issuer('bad', { signerType: 'vault' }))).rejects.toThrow(
    'pki or mockca',
  )
  await expect(scene.applyByKubectl(scene.issuer('bad', { signerType: 'pki' }))).rejects.toThrow(
    'needs a configRef',
  )
  await expect(scene.applyByKubectl(scene.issuer('bad', { allowedNamespaces: {} }))).rejects.toThrow(
    'ExternalClusterIssuer',
  )
  await scene.apply(scene.issuer('ca'))
  await scene.reason('externalissuer', 'ca', 'Checked')

  const table = await scene.kubectl('get', 'exi', '-n', scene.namespace)
  expect(table).toMatch(/NAME\s+READY\s+REASON\s+SIGNER\s+CHECKED\s+AGE\nca\s+True\s+Checked\s+mockca\s/)
})

test('M24: with exactly its rights the half signs, and may do nothing that the seed forbids', async () => {
  const account = `system:serviceaccount:${scene.namespace}:keyferry-issuer`
  const may = async (...what: string[]) => {
    const answer = await scene.kubectl('auth', 'can-i', ...what, `--as=${account}`).catch(() => 'no')
    return answer.trim().startsWith('yes')
  }
  const forbidden = [
    ['get', 'secrets', '-n', 'default'],
    ['list', 'secrets', '--all-namespaces'],
    ['create', 'secrets', '-n', scene.namespace],
    ['delete', 'secrets', '-n', scene.namespace],
    ['patch', 'certificates.cert-manager.io', '-n', scene.namespace],
    ['patch', 'certificaterequests.cert-manager.io', '-n', scene.namespace],
    ['create', 'certificaterequests.cert-manager.io', '-n', scene.namespace],
    ['patch', 'namespaces'],
    ['create', 'serviceaccounts', '--subresource=token', '-n', scene.namespace],
    ['patch', 'externalissuers.external-issuer.io', '-n', scene.namespace],
  ]
  const held = await Promise.all(forbidden.map(async (it) => ((await may(...it)) ? it.join(' ') : undefined)))

  expect(held.filter((it) => it !== undefined)).toEqual([])
  expect(
    await may('patch', 'certificaterequests.cert-manager.io', '--subresource=status', '-n', scene.namespace),
  ).toBe(true)
})

test('I8: where a Role lets it watch, a changed Secret has a namespaced issuer checked at once', async () => {
  const signer = new ScriptedSigner()
  await using _ = await start({
    signerTypes: [signer],
    prepare: judgedAsGood,
    args: ['--issuer-check-interval', '1h'],
  })
  const secret = (token: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: scene.namespace, name: 'auth' },
    stringData: { token },
  })
  await scene.apply(secret('one'), scene.issuer('ca', { authSecretRef: { name: 'auth' } }))
  const before = await scene.reason('externalissuer', 'ca', 'Checked')
  await scene.apply(secret('two'))
  await eventually('the issuer is opened anew', () => signer.opened.length > 1)

  const after = await eventually('the hash is another one', async () => {
    const { status } = await scene.get('externalissuer', 'ca')
    return status?.observedConfigHash === before.status?.observedConfigHash ? undefined : status
  })
  expect(after.observedConfigHash).toMatch(/^[0-9a-f]{64}$/)
})

test('M24: where it may only get one Secret by name, the periodic check notices a change', async () => {
  const inNamespace = ['-n', scene.namespace]
  await scene.kubectl('delete', 'rolebinding', 'issuer-inputs', ...inNamespace)
  const names = ['--resource=secrets', '--resource-name=auth', '--verb=get']
  await scene.kubectl('create', 'role', 'one-secret', ...names, ...inNamespace)
  const subject = `--serviceaccount=${scene.namespace}:keyferry-issuer`
  await scene.kubectl('create', 'rolebinding', 'one-secret', '--role=one-secret', subject, ...inNamespace)
  const signer = new ScriptedSigner()
  await using _ = await start({
    signerTypes: [signer],
    prepare: judgedAsGood,
    args: ['--issuer-check-interval', '1s'],
  })
  const metadata = { namespace: scene.namespace, name: 'auth' }
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { token: 'one' } }
  await scene.apply(secret, scene.issuer('ca', { authSecretRef: { name: 'auth' } }))
  await scene.reason('externalissuer', 'ca', 'Checked')
  await scene.apply({ ...secret, stringData: { token: 'two' } })

  expect(await eventually('the issuer is opened anew', () => signer.opened.length > 1)).toBe(true)
})

test('M24: in the one process each half acts as its own ServiceAccount', async () => {
  const { namespace } = scene
  await using _ = await startTwoIdentities(sharedCluster(), scene)
  await scene.apply(scene.issuer('ca'))
  await scene.request('a')
  await scene.reason('certificaterequest', 'a', 'Issued', 30_000)
  const lines = await auditLines(sharedCluster())
  const writers = lines
    .filter(
      (it) =>
        it.includes(`/namespaces/${namespace}/certificaterequests/a/status`) &&
        it.includes('external-issuer.io'),
    )
    .map((it) => (JSON.parse(it) as { user: { username: string } }).user.username)

  expect([...new Set(writers)]).toEqual([`system:serviceaccount:${namespace}:keyferry-issuer`])
})
