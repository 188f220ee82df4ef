import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { sharedCluster } from '../cluster/shared.ts'
import { failing, pending, type ScriptedSigner } from '../fakes/issuer/scripted-signer.ts'
import { SignersByIssuer } from '../fakes/issuer/signers-by-issuer.ts'
import { type AuditedRequest, isWrite, requestsOf } from '../manager/audit-log.ts'
import { eventually } from '../manager/eventually.ts'
import { type IssuerManager, startIssuerManager } from '../manager/issuer-manager.ts'
import { type IssuerScene, newIssuerScene, type SeenObject } from '../manager/issuer-scene.ts'
import { applyCertManagerCrds } from '../partners/cert-manager.ts'

// One manager for all: each test has an issuer of its own, and a signer that does what the test says.
// Deadlines are for a machine that does much else.
vi.setConfig({ testTimeout: 180_000 })

const cluster = sharedCluster()
const signers = new SignersByIssuer()
let scene: IssuerScene
let manager: IssuerManager

beforeAll(async () => {
  await applyCertManagerCrds(cluster)
  scene = await newIssuerScene(cluster)
  manager = await startIssuerManager({
    cluster,
    token: scene.token,
    args: ['--namespace', scene.namespace, '--issuer-check-interval', '2s'],
    signerTypes: [signers],
    prepare: () => Promise.resolve(() => Promise.resolve({ certificatePem: 'LEAF', caPem: 'ROOT' })),
  })
}, 300_000)

afterAll(() => manager?.[Symbol.asyncDispose]())

/** A name for a test's issuer and request, and its signer. */
function cast(name: string): { name: string; signer: ScriptedSigner; issuerRef: { name: string } } {
  return { name, signer: signers.of(name), issuerRef: { name } }
}

async function ready(name: string): Promise<void> {
  await scene.apply(scene.issuer(name))
  await scene.reason('externalissuer', name, 'Checked')
}

function readyOf({ status }: SeenObject) {
  const found = status?.conditions?.find((it) => it.type === 'Ready')
  if (found === undefined) throw new Error('there is no Ready condition')
  return found
}

/** Waits until the message of a request's Ready condition says this. */
function says(name: string, words: string | RegExp): Promise<SeenObject> {
  let last: SeenObject | undefined
  const isSaid = async () => {
    const seen = (last = await scene.get('certificaterequest', name))
    const { message = '' } = seen.status?.conditions?.find((it) => it.type === 'Ready') ?? {}
    return isIn(message, words) ? seen : undefined
  }
  return eventually(`${name} says: ${String(words)}`, isSaid, 45_000).catch((cause: unknown) => {
    throw new Error(`${name} does not say: ${String(words)}: ${JSON.stringify(last?.status)}`, { cause })
  })
}

function isIn(text: string, words: string | RegExp): boolean {
  return typeof words === 'string' ? text.includes(words) : words.test(text)
}

/** Writes of the issuer half to one object. */
async function writesOf(resource: string, name: string): Promise<readonly AuditedRequest[]> {
  const all = await requestsOf(cluster, `${scene.namespace}:keyferry-issuer`)
  return all.filter((it) => isWrite(it) && it.resource === resource && it.name === name)
}

const requestStatus = 'certificaterequests/status'

function condition(type: string, status: string, reason: string): object {
  return { type, status, reason, message: 'as the test says', lastTransitionTime: '2026-01-01T00:00:00Z' }
}

/** Nothing else can be under way for what came before, once a request that came after it is issued. */
async function another(name: string): Promise<void> {
  const after = `${name}-after`
  await scene.request(after, { issuerRef: { name } })
  await scene.reason('certificaterequest', after, 'Issued')
}

test.concurrent('R1, R2, R3: a foreign group, an empty one and an unknown kind in ours are never written to', async () => {
  const { name } = cast('r1')
  await ready(name)
  const strangers = {
    'r1-foreign': { group: 'cert-manager.io', kind: 'Issuer' },
    'r1-empty': { group: '' },
    'r1-kind': { kind: 'Strange' },
  }
  for (const [it, ref] of Object.entries(strangers)) await scene.request(it, { issuerRef: { name, ...ref } })
  await another(name)

  for (const it of Object.keys(strangers)) {
    const { metadata } = await scene.get('certificaterequest', it)
    expect(metadata.managedFields?.map((one) => one.manager)).not.toContain('external-issuer.io')
    const about = ['--field-selector', `involvedObject.name=${it}`]
    const events = await scene.kubectl('get', 'events', '-n', scene.namespace, '-o', 'name', ...about)
    expect(events).toBe('')
  }
})

test.concurrent('R4: a request that is deleted while it is signed is no error, and is not tried again', async () => {
  const { name, signer, issuerRef } = cast('r4')
  signer.onSubmit = [
    async () => {
      await scene.remove('certificaterequest', name)
      return { kind: 'issued', certificates: [] }
    },
    { kind: 'issued', certificates: [] },
  ]
  await ready(name)
  await scene.request(name, { issuerRef })
  await eventually('it is submitted', () => signer.submits.length > 0, 45_000)
  await another(name)

  expect(signer.submits).toHaveLength(2)
  const troubles = manager.log.filter(
    (it) => it.includes(`/${name}"`) && /"level":"?(warn|error|40|50)/.test(it),
  )
  expect(troubles).toEqual([])
})

test.concurrent('R7: what is Issued, Failed or Denied, or has a certificate, is not handed to the CA', async () => {
  const { name, signer, issuerRef } = cast('r7')
  await ready(name)
  const approved = condition('Approved', 'True', 'test')
  const ends: Record<string, object> = {
    'r7-issued': { conditions: [approved, condition('Ready', 'True', 'Issued')] },
    'r7-failed': { conditions: [approved, condition('Ready', 'False', 'Failed')] },
    'r7-denied': { conditions: [approved, condition('Ready', 'False', 'Denied')] },
    'r7-certificate': { conditions: [approved], certificate: 'TEVBRg==' },
  }
  for (const [it, status] of Object.entries(ends)) {
    await scene.request(it, { issuerRef, decision: 'none' })
    await scene.setStatus('certificaterequest', it, status)
  }
  await another(name)

  expect(signer.submits.map((it) => it.name)).toEqual([`${name}-after`])
  for (const it of Object.keys(ends)) expect(await writesOf(requestStatus, it)).toEqual([])
})

test.concurrent('R10: an issuer without a Ready condition is waited for', async () => {
  const { name, signer, issuerRef } = cast('r10')
  const opening = Promise.withResolvers<void>()
  signer.onOpen = () => opening.promise
  await scene.apply(scene.issuer(name))
  await eventually('it is opened', () => signer.opened.length > 0, 45_000)
  await scene.request(name, { issuerRef })

  // After two seconds it tells of itself that it is looked at, which may be in between.
  const isSaid = async () => {
    await scene.setStatus('externalissuer', name, { conditions: null })
    return readyOf(await scene.get('certificaterequest', name)).message.includes('has no Ready condition yet')
  }
  await eventually('the request says so', isSaid, 45_000)
  opening.resolve()
  await scene.reason('certificaterequest', name, 'Issued')
})

test.concurrent("R11: what keeps an issuer from being ready stands in its requests' message", async () => {
  const { name, signer, issuerRef } = cast('r11')
  signer.onCheck = [failing('IssuerFault', 'the token of the test is refused')]
  await scene.apply(scene.issuer(name))
  await scene.reason('externalissuer', name, 'Pending')
  await scene.request(name, { issuerRef })

  await says(name, 'is not ready: Pending: the token of the test is refused')
  expect(signer.submits).toEqual([])
})

test.concurrent('R12: a Ready condition of an older generation is outdated, and is waited for', async () => {
  const { name, signer, issuerRef } = cast('r12')
  await ready(name)
  const metadata = { namespace: scene.namespace, name }
  await scene.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'mockca.yaml': '' } })
  const opening = Promise.withResolvers<void>()
  signer.onOpen = () => opening.promise
  await scene.apply(scene.issuer(name, { configRef: { name } }))
  await scene.request(name, { issuerRef })

  // After two seconds the issuer tells of the new generation that it is looked at.
  await says(name, /outdated|is not ready: Initializing/)
  expect(signer.submits).toEqual([])
  opening.resolve()
  await scene.reason('certificaterequest', name, 'Issued')
})

test.concurrent('R17: past the retry window the request is Failed with failureTime', async () => {
  const { name, signer, issuerRef } = cast('r17')
  signer.retryWindowMs = 5000
  signer.onSubmit = [failing('Unavailable', 'away')]
  await ready(name)
  await scene.request(name, { issuerRef })
  const { status } = await scene.reason('certificaterequest', name, 'Failed')

  expect(status?.failureTime).toMatch(/Z$/)
  const { length } = signer.submits
  expect(length).toBeGreaterThan(1)
  signer.onSubmit = []
  await another(name)
  expect(signer.submits.filter((it) => it.name === name)).toHaveLength(length)
})

test.concurrent('R21: a request that is made anew under its name is submitted anew', async () => {
  const { name, signer, issuerRef } = cast('r21')
  signer.onSubmit = [pending('old', 60_000), pending('new', 50)]
  await ready(name)
  await scene.request(name, { issuerRef })
  const { metadata: old } = await scene.reason('certificaterequest', name, 'Pending')
  await scene.remove('certificaterequest', name)
  await scene.request(name, { issuerRef })
  const { metadata } = await scene.reason('certificaterequest', name, 'Issued')

  expect(signer.submits.map((it) => it.uid)).toEqual([old.uid, metadata.uid])
  expect(signer.polls).toEqual([{ uid: metadata.uid, id: 'new' }])
})

test.concurrent('R16, R23: lastTransitionTime stays while the status does, though the message changes', async () => {
  const { name, signer, issuerRef } = cast('r23')
  signer.onSubmit = [1, 2, 3].map((it) => failing('Unavailable', `try ${it}`))
  await ready(name)
  await scene.request(name, { issuerRef })
  // A busy test may come too late for the first.
  const first = readyOf(await says(name, /try [12]/))
  const third = readyOf(await says(name, 'try 3'))

  expect(third.lastTransitionTime).toBe(first.lastTransitionTime)
  expect(signer.submits.length).toBeGreaterThanOrEqual(3)
})

test.concurrent('R24: own writes start no run: a request that waits costs two writes and no call', async () => {
  const { name, signer, issuerRef } = cast('r24')
  signer.onSubmit = [pending('held', 60_000)]
  await ready(name)
  await scene.request(name, { issuerRef })
  await scene.reason('certificaterequest', name, 'Pending')
  await sleep(1000)

  expect([signer.submits.length, signer.polls.length]).toEqual([1, 0])
  expect(await writesOf(requestStatus, name)).toHaveLength(2)
})

test.concurrent('R28: without spec.duration 2160 hours are asked for, and the usual usages', async () => {
  const { name, signer, issuerRef } = cast('r28')
  await ready(name)
  await scene.request(name, { issuerRef })
  await scene.reason('certificaterequest', name, 'Issued')

  expect(signer.submits).toMatchObject([
    { durationSeconds: 2160 * 3600, isCA: false, usages: ['digital signature', 'key encipherment'] },
  ])
})

test.concurrent('R29: what a request asks for is handed on', async () => {
  const { name, signer, issuerRef } = cast('r29')
  await ready(name)
  const spec = { duration: '1h30m', isCA: true, usages: ['cert sign'] }
  await scene.request(name, { issuerRef, spec })
  await scene.reason('certificaterequest', name, 'Issued')

  expect(signer.submits).toMatchObject([{ durationSeconds: 5400, isCA: true, usages: ['cert sign'] }])
})

test.concurrent('W1: an issuer wakes the requests that name its kind, too, and no others', async () => {
  const { name, issuerRef } = cast('w1')
  await scene.request('w1-namespaced', { issuerRef })
  await scene.request('w1-cluster', { issuerRef: { name, kind: 'ExternalClusterIssuer' } })
  await says('w1-namespaced', 'Waiting for it to be created')
  const before = await says('w1-cluster', 'Waiting for it to be created')
  await scene.apply(scene.issuer(name))
  await scene.reason('certificaterequest', 'w1-namespaced', 'Issued')
  await another(name)

  const after = await scene.get('certificaterequest', 'w1-cluster')
  expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion)
})

test.concurrent('W2, W3, W4: an annotation starts a run, a label and a reason alone do not', async () => {
  const { name, signer, issuerRef } = cast('w2')
  signer.onSubmit = [failing('Unavailable', 'away', 60_000), { kind: 'issued', certificates: [] }]
  await ready(name)
  await scene.request(name, { issuerRef })
  await says(name, 'away')
  await scene.kubectl('label', 'certificaterequest', name, 'seen=yes', '-n', scene.namespace)
  const { status } = await scene.get('certificaterequest', name)
  const conditions = status?.conditions?.map((it) =>
    it.type === 'Approved' ? { ...it, reason: 'another' } : it,
  )
  await scene.setStatus('certificaterequest', name, { conditions })
  await sleep(500)
  expect(signer.submits).toHaveLength(1)
  await scene.kubectl('annotate', 'certificaterequest', name, 'seen=yes', '-n', scene.namespace)

  const done = await scene.reason('certificaterequest', name, 'Issued')
  expect(signer.submits).toHaveLength(2)
  expect(done.status?.conditions?.find((it) => it.type === 'Approved')?.reason).toBe('another')
})

test.concurrent('I3, I5: a check that fails for now is Pending, is made again with growing delays, and recovers', async () => {
  const { name, signer } = cast('i3')
  signer.onCheck = [failing('Unavailable', 'away'), { how: 'it works again', warnings: [] }]
  await scene.apply(scene.issuer(name))
  const { message } = readyOf(await scene.reason('externalissuer', name, 'Pending'))
  expect([message, signer.checks]).toEqual([expect.stringContaining('away'), 1])

  const done = await scene.reason('externalissuer', name, 'Checked')
  expect(readyOf(done)).toMatchObject({ status: 'True', message: expect.stringContaining('it works again') })
})

test.concurrent('I4: what is wrong for good is Failed, and not checked again until the issuer changes', async () => {
  const { name, signer } = cast('i4')
  signer.onCheck = [failing('InvalidConfig', 'pki.yaml: submit.path is missing')]
  await scene.apply(scene.issuer(name))
  await scene.reason('externalissuer', name, 'Failed')
  const { checks } = signer
  // The interval of checks has passed then.
  await sleep(3000)
  expect(signer.checks).toBe(checks)
  signer.onCheck = []
  const metadata = { namespace: scene.namespace, name }
  await scene.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {} })
  await scene.apply(scene.issuer(name, { configRef: { name } }))

  await scene.reason('externalissuer', name, 'Checked')
})

test.concurrent("I6, R22: the issuer's own fault flips it once, however many requests find out, and all go on", async () => {
  const { name, signer, issuerRef } = cast('i6')
  await ready(name)
  const refused = failing('IssuerFault', 'status is 401')
  const names = [1, 2, 3, 4, 5].map((it) => `${name}-${it}`)
  const all = Promise.withResolvers<never>()
  signer.onSubmit = [
    () => {
      // All are with the CA when it finds out that we are not let in any longer.
      if (signer.submits.length >= names.length) all.reject(refused)
      if (signer.submits.length === names.length) signer.onSubmit = []
      return all.promise
    },
  ]
  await Promise.all(names.map((it) => scene.request(it, { issuerRef })))
  await scene.reason('externalissuer', name, 'Pending')
  for (const it of names) await scene.reason('certificaterequest', it, 'Issued')

  expect(signer.submits).toHaveLength(2 * names.length)
  const flips = await writesOf('externalissuers/status', name)
  // First sight, checked, refused, checked.
  expect(flips).toHaveLength(4)
})

test.concurrent('I7: an issuer that is ready is checked again, and what that finds shows', async () => {
  const { name, signer } = cast('i7')
  await ready(name)
  signer.onCheck = [failing('Unavailable', 'it went away')]

  const { message } = readyOf(await scene.reason('externalissuer', name, 'Pending'))
  expect(message).toContain('it went away')
})
