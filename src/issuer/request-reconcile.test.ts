import { afterEach, beforeEach, expect, test } from 'vitest'
import { approved, denied, IssuerWorld } from '../../test/fakes/issuer/issuer-world.ts'
import { failing, pending } from '../../test/fakes/issuer/scripted-signer.ts'
import { settle } from '../../test/fakes/manual-clock.ts'
import { certificateRequestKind } from '../api/certificaterequest.ts'
import { ApiError } from '../kube/errors.ts'

let world: IssuerWorld

beforeEach(() => {
  world = new IssuerWorld()
})

afterEach(() => world.end())

/** An issuer that is ready. */
async function readyIssuer(): Promise<void> {
  world.issuer('ca')
  await world.start()
  await world.clock.pass(100)
  expect(world.issuerReady('ca')).toBe('True Checked')
}

async function add(name: string, more: Parameters<IssuerWorld['request']>[1] = {}): Promise<void> {
  world.request(name, more)
  await settle()
}

const conflict = () => new ApiError('modified', { status: 409, reason: 'Conflict' })

test.each([
  ['R1: a foreign group', { name: 'ca', kind: 'ExternalIssuer', group: 'cert-manager.io' }],
  ['R2: an empty group', { name: 'ca', kind: 'ExternalIssuer', group: '' }],
  ['R2: no group', { name: 'ca', kind: 'ExternalIssuer' }],
  ['R3: an unknown kind in our group', { name: 'ca', kind: 'Issuer', group: 'external-issuer.io' }],
])('%s is ignored, without a write or an Event', async (_, issuerRef) => {
  await readyIssuer()
  await add('a', { spec: { issuerRef } })

  expect([world.writes(), world.told('a'), world.signer.submits]).toEqual([0, [], []])
})

test('an empty kind in our group means the namespaced issuer', async () => {
  await readyIssuer()
  await add('a', { spec: { issuerRef: { name: 'ca', group: 'external-issuer.io' } } })

  expect(world.ready('a')).toBe('True Issued')
})

test('R4: a request that is deleted while it is signed is no error and is not tried again', async () => {
  await readyIssuer()
  world.signer.onSubmit = [
    async () => {
      world.cluster.remove(certificateRequestKind, { name: 'a', namespace: 'shop' })
      return { kind: 'issued', certificates: [] }
    },
  ]
  await add('a')
  await world.clock.pass(600_000, 10_000)

  expect(world.signer.submits).toHaveLength(1)
  expect(world.logged.filter((it) => it.includes('"level":"error"'))).toEqual([])
})

test('R5: what is neither approved nor denied is not written to at all', async () => {
  await readyIssuer()
  await add('a', { conditions: [] })

  expect([world.writes(), world.signer.submits]).toEqual([0, []])
})

test('R6: a denied request becomes Ready=False/Denied with failureTime, once', async () => {
  await readyIssuer()
  await add('a', { conditions: [denied] })
  await world.clock.pass(3_600_000, 60_000)

  expect(world.ready('a')).toBe('False Denied')
  expect(world.status('a')['failureTime']).toMatch(/^2026-01-01T/)
  expect([world.writes(), world.signer.submits]).toEqual([1, []])
})

const decided = (reason: string) => ({ ...approved, type: 'Ready', status: 'False', reason })

test.each([
  ['Issued', { conditions: [approved, { ...decided('Issued'), status: 'True' }] }],
  ['Failed', { conditions: [approved, decided('Failed')] }],
  ['Denied', { conditions: [approved, decided('Denied')] }],
  ['of a certificate that is there', { status: { certificate: 'AAAA' } }],
])('R7: a request that is %s already is not signed', async (_, more) => {
  await readyIssuer()
  await add('a', more)

  expect([world.writes(), world.signer.submits]).toEqual([0, []])
})

test('R8: Ready is there before the CA is called', async () => {
  await readyIssuer()
  let seen = ''
  world.signer.onSubmit = [
    async () => {
      seen = world.ready('a')
      return { kind: 'issued', certificates: [] }
    },
  ]
  await add('a')

  expect(seen).toBe('Unknown Initializing')
})

test('R9: without its issuer a request is Pending, says which is missing, and goes on when it comes', async () => {
  await world.start()
  await add('a')
  await world.clock.pass(3_600_000, 60_000)

  expect(world.ready('a')).toBe('False Pending')
  expect(world.message('a')).toBe('ExternalIssuer shop/ca not found. Waiting for it to be created.')
  expect([world.writes(), world.told('a')]).toEqual([1, ['Normal WaitingForIssuerExist']])
  world.issuer('ca')
  await world.clock.pass(100)
  expect(world.ready('a')).toBe('True Issued')
})

test('R10, R11: a request waits with the reason of an issuer that is not ready, and goes on when it is', async () => {
  world.signer.onCheck = [failing('Unavailable', 'the PKI does not answer'), { how: 'well', warnings: [] }]
  world.issuer('ca')
  await world.start()
  await add('a')

  expect(world.ready('a')).toBe('False Pending')
  expect(world.message('a')).toBe('ExternalIssuer shop/ca is not ready: Pending: the PKI does not answer')
  expect(world.told('a')).toContain('Normal WaitingForIssuerReady')
  await world.clock.pass(10_000, 1000)
  expect(world.ready('a')).toBe('True Issued')
})

test('R12: a Ready condition of an older generation does not count', async () => {
  await readyIssuer()
  world.signer.onCheck = [() => new Promise(() => undefined)]
  world.cluster.refusals.set('apply externalissuers', [])
  const ready = world.issuerStatus('ca').conditions.find((it) => it.type === 'Ready')
  world.issuer('ca', { signerType: 'mockca', configRef: { name: 'gone' } })
  await add('a')

  expect(ready?.status).toBe('True')
  expect(world.ready('a')).toBe('False Pending')
  expect(world.signer.submits).toEqual([])
})

test('R13: certificate, ca and Ready=True/Issued come in one write, with an Event', async () => {
  await readyIssuer()
  await add('a')

  const { certificate, ca, conditions } = world.status('a')
  expect(Buffer.from(String(certificate), 'base64').toString()).toBe('LEAF')
  expect(Buffer.from(String(ca), 'base64').toString()).toBe('ROOT')
  expect(conditions.map((it) => `${it.type} ${it.status} ${it.reason}`)).toEqual([
    'Approved True cert-manager.io',
    'Ready True Issued',
  ])
  expect([world.writes(), world.told('a')]).toEqual([2, ['Normal Issued']])
})

test('R15: an answer that must not be published makes the request Failed, and it is not asked for again', async () => {
  await readyIssuer()
  world.prepare = () => Promise.resolve(() => Promise.reject(failing('Refused', 'the key is another one')))
  await add('a')
  await world.clock.pass(600_000, 10_000)

  expect([world.ready('a'), world.message('a')]).toEqual(['False Failed', 'the key is another one'])
  expect(world.status('a')['certificate']).toBeUndefined()
  expect(world.signer.submits).toHaveLength(1)
})

test('S25: a CSR that nobody may sign is Failed without a call of the CA', async () => {
  await readyIssuer()
  world.prepare = () => Promise.reject(failing('Refused', 'the signature of the CSR is wrong'))
  await add('a')

  expect(world.ready('a')).toBe('False Failed')
  expect(world.signer.submits).toEqual([])
})

test('R16: a failure that may pass leaves the request Pending, is tried with growing delays, and ends in Issued', async () => {
  await readyIssuer()
  const away = failing('Unavailable', 'the PKI is away')
  world.signer.onSubmit = [away, away, away, { kind: 'issued', certificates: [] }]
  await add('a')

  expect([world.ready('a'), world.message('a')]).toEqual(['False Pending', 'the PKI is away'])
  await world.clock.pass(1500, 100)
  expect(world.signer.submits).toHaveLength(2)
  await world.clock.pass(10_000, 100)
  expect(world.ready('a')).toBe('True Issued')
  expect(world.told('a')).toEqual(['Warning RetryableError', 'Normal Issued'])
})

test('R16: the CA says how long to wait, and is left alone for so long', async () => {
  await readyIssuer()
  world.signer.onSubmit = [failing('Unavailable', 'busy', 30_000), { kind: 'issued', certificates: [] }]
  await add('a')
  await world.clock.pass(29_000, 1000)

  expect(world.signer.submits).toHaveLength(1)
  await world.clock.pass(2000, 100)
  expect(world.ready('a')).toBe('True Issued')
})

test('R17: past the retry window the request is Failed with failureTime', async () => {
  await readyIssuer()
  world.signer.onSubmit = [failing('Unavailable', 'the PKI is away')]
  await add('a')
  await world.clock.pass(599_000, 1000)
  expect(world.ready('a')).toBe('False Pending')
  await world.clock.pass(2000, 100)

  // In a list, where no reason is shown, the words alone tell it from a request that is tried again.
  expect([world.ready('a'), world.message('a')]).toEqual([
    'False Failed',
    'The retryWindow of 600 s is over: the PKI is away',
  ])
  expect(world.status('a')['failureTime']).toBe('2026-01-01T00:10:00Z')
})

test('R18: a refusal is Failed at once, by one call, whatever else is written to the request meanwhile', async () => {
  await readyIssuer()
  world.signer.onSubmit = [
    async () => {
      world.change('a', (it) => ({ ...it, metadata: { ...it.metadata, labels: { a: 'b' } } }))
      throw failing('Refused', 'the policy forbids it')
    },
  ]
  await add('a')
  await world.clock.pass(600_000, 10_000)

  expect([world.ready('a'), world.message('a')]).toEqual(['False Failed', 'the policy forbids it'])
  expect(world.signer.submits).toHaveLength(1)
  expect(world.told('a')).toEqual(['Warning PermanentError'])
})

test('R19: a pending request is polled at its interval, past the retry window, and not more often when it is woken', async () => {
  await readyIssuer()
  world.signer.retryWindowMs = 60_000
  world.signer.onSubmit = [pending('order-7', 30_000)]
  world.signer.onPoll = [pending('order-7', 30_000)]
  await add('a')
  expect([world.ready('a'), world.message('a')]).toEqual(['False Pending', 'the order waits for approval'])
  await world.clock.pass(300_000, 1000)
  world.change('a', (it) => ({ ...it, metadata: { ...it.metadata, annotations: { a: 'b' } } }))
  await settle()
  expect(world.signer.polls).toHaveLength(10)
  world.signer.onPoll = [{ kind: 'issued', certificates: [] }]
  await world.clock.pass(30_000, 1000)

  expect(world.ready('a')).toBe('True Issued')
  expect(world.ready('a', 'external-issuer.io/Pending')).toBe('')
  expect([world.signer.submits.length, world.writes()]).toEqual([1, 3])
})

test('R19: a pending request that the CA does not decide within the limit is Failed', async () => {
  await readyIssuer()
  world.signer.pendingLimitMs = 100_000
  world.signer.onSubmit = [pending('order-7', 30_000)]
  world.signer.onPoll = [pending('order-7', 30_000)]
  await add('a')
  await world.clock.pass(101_000, 1000)

  expect(world.ready('a')).toBe('False Failed')
  expect(world.message('a')).toContain('did not decide within 100 s')
})

test('R19: polls that fail do not end a request that is older than the retry window', async () => {
  await readyIssuer()
  world.signer.retryWindowMs = 60_000
  world.signer.onSubmit = [pending('order-7', 100_000)]
  world.signer.onPoll = [failing('Unavailable', 'away'), { kind: 'issued', certificates: [] }]
  await add('a')
  await world.clock.pass(120_000, 1000)

  expect([world.ready('a'), world.signer.submits.length]).toEqual(['True Issued', 1])
})

test('R20: the id is on record before it is asked for, and a new process asks for it without a second submit', async () => {
  await readyIssuer()
  world.signer.onSubmit = [pending('order "7"\nx', 30_000)]
  await add('a')
  expect(world.ready('a', 'external-issuer.io/Pending')).toBe('True Submitted')
  await world.crash()
  await world.start()
  await world.clock.pass(1000, 100)

  expect(world.signer.polls.map((it) => it.id)).toEqual(['order "7"\nx'])
  expect([world.ready('a'), world.signer.submits.length]).toEqual(['True Issued', 1])
})

test('R20: an id that could not be written is written before the CA is asked for it', async () => {
  await readyIssuer()
  world.signer.onSubmit = [
    async () => {
      world.cluster.refusals.set('apply certificaterequests', [new ApiError('away', { status: 500 })])
      return pending('order-7', 1000)
    },
  ]
  await add('a')
  expect(world.ready('a', 'external-issuer.io/Pending')).toBe('')
  let seen = ''
  world.signer.onPoll = [
    async () => {
      seen = world.ready('a', 'external-issuer.io/Pending')
      return { kind: 'issued', certificates: [] }
    },
  ]
  await world.clock.pass(5000, 100)

  expect(seen).toBe('True Submitted')
  expect([world.ready('a'), world.signer.submits.length]).toEqual(['True Issued', 1])
})

test('R21: another UID under the same name is a new request, and takes no checkpoint of the old one', async () => {
  await readyIssuer()
  world.signer.onSubmit = [pending('order-7', 60_000)]
  await add('a')
  const { conditions } = world.status('a')
  world.cluster.remove(certificateRequestKind, { name: 'a', namespace: 'shop' })
  await settle()
  world.signer.onSubmit = [{ kind: 'issued', certificates: [] }]
  await add('a', { conditions })

  expect([world.ready('a'), world.signer.submits.length, world.signer.polls.length]).toEqual([
    'True Issued',
    2,
    0,
  ])
})

test("R22, I6: the issuer's own fault flips it once, however many requests find out, and all go on after its check", async () => {
  await readyIssuer()
  world.signer.onCheck = [failing('IssuerFault', 'status is 401'), { how: 'well', warnings: [] }]
  world.signer.onSubmit = [failing('IssuerFault', 'status is 401')]
  for (const name of ['a', 'b', 'c']) world.request(name)
  await settle()

  expect(world.issuerReady('ca')).toBe('False Pending')
  const issuerWrites = world.writes('externalissuers')
  expect(['a', 'b', 'c'].map((it) => world.ready(it))).toEqual(Array(3).fill('False Pending'))
  expect(world.message('a')).toContain('status is 401')
  world.signer.onSubmit = []
  await world.clock.pass(60_000, 1000)
  expect(['a', 'b', 'c'].map((it) => world.ready(it))).toEqual(Array(3).fill('True Issued'))
  expect(world.writes('externalissuers') - issuerWrites).toBeLessThanOrEqual(2)
})

test('R22: a fault that comes back after each check is met with growing delays', async () => {
  await readyIssuer()
  world.signer.onSubmit = [failing('IssuerFault', 'status is 403')]
  await add('a')
  await world.clock.pass(600_000, 1000)

  expect(world.signer.submits.length).toBeGreaterThan(3)
  expect(world.signer.submits.length).toBeLessThan(12)
})

test('R23: lastTransitionTime stays while the status does, though the message changes', async () => {
  await readyIssuer()
  world.signer.onSubmit = [failing('Unavailable', 'first'), failing('Unavailable', 'second')]
  await add('a')
  const [before] = world.status('a').conditions.filter((it) => it.type === 'Ready')
  await world.clock.pass(5000, 100)
  const [after] = world.status('a').conditions.filter((it) => it.type === 'Ready')

  expect(after).toEqual({ ...before, message: 'second' })
})

test('R24: own writes start no run', async () => {
  await readyIssuer()
  world.signer.onSubmit = [pending('order-7', 600_000)]
  await add('a')
  const calls = world.cluster.calls.length
  await world.clock.pass(100_000, 1000)

  expect(world.cluster.calls.length).toBe(calls)
})

test('R25: what others own of the status stays byte for byte', async () => {
  await readyIssuer()
  const foreign = { ...approved, type: 'Custom', reason: 'x' }
  await add('a', { conditions: [approved, foreign] })

  expect(world.ready('a')).toBe('True Issued')
  expect(world.status('a').conditions).toEqual(expect.arrayContaining([approved, foreign]))
})

test('R27: a status that cannot be written costs no second call of the CA', async () => {
  await readyIssuer()
  const refusals = [conflict(), new ApiError('away', { status: 503 }), conflict(), conflict()]
  world.signer.onSubmit = [
    async () => {
      world.cluster.refusals.set('apply certificaterequests', refusals)
      return { kind: 'issued', certificates: [] }
    },
  ]
  await add('a')
  await world.clock.pass(60_000, 1000)

  expect(refusals).toEqual([])
  expect([world.ready('a'), world.signer.submits.length]).toEqual(['True Issued', 1])
})

test('R27: the certificate of a request that was made anew meanwhile does not land on the new one', async () => {
  await readyIssuer()
  let calls = 0
  world.prepare = () => Promise.resolve(() => Promise.resolve({ certificatePem: `LEAF ${++calls}` }))
  world.signer.onSubmit = [
    async () => {
      world.signer.onSubmit = [failing('Refused')]
      world.cluster.remove(certificateRequestKind, { name: 'a', namespace: 'shop' })
      world.request('a')
      return { kind: 'issued', certificates: [] }
    },
  ]
  await add('a')
  await world.clock.pass(5000, 1000)

  expect([world.ready('a'), world.status('a')['certificate']]).toEqual(['False Failed', undefined])
})

test('R28, R29: duration, isCA and usages are handed on, with 90 days where nothing is said', async () => {
  await readyIssuer()
  await add('a')
  await add('b', { spec: { duration: '1h30m', isCA: true, usages: ['client auth'] } })
  await add('c', { spec: { duration: 'soon' } })

  expect(world.signer.submits.map((it) => [it.name, it.durationSeconds, it.isCA, it.usages])).toEqual([
    ['a', 7_776_000, false, ['digital signature', 'key encipherment']],
    ['b', 5400, true, ['client auth']],
  ])
  expect(world.message('c')).toContain('spec.duration')
})

test('S6: a request that was denied after the cache saw it approved is not signed', async () => {
  await readyIssuer()
  world.cluster.watchDelivers = true
  world.cluster.beforeApply = () => {
    world.cluster.beforeApply = () => undefined
    world.cluster.watchDelivers = false
    world.change('a', (it) => ({ ...it, status: { conditions: [denied] } }))
    world.cluster.watchDelivers = true
  }
  await add('a')

  expect([world.ready('a'), world.signer.submits]).toEqual(['False Denied', []])
})

test('S6: a retry reads the approval anew', async () => {
  await readyIssuer()
  world.signer.onSubmit = [failing('Unavailable')]
  await add('a')
  world.cluster.watchDelivers = false
  world.change('a', (it) => ({ ...it, status: { conditions: [denied] } }))
  await world.clock.pass(2000, 100)

  expect([world.ready('a'), world.signer.submits.length]).toEqual(['False Denied', 1])
})

test('W1: an issuer wakes the requests that name it to the letter, and no others', async () => {
  await world.start()
  await add('a')
  await add('b', {
    spec: { issuerRef: { name: 'other', kind: 'ExternalIssuer', group: 'external-issuer.io' } },
  })
  await add('c', {
    spec: { issuerRef: { name: 'ca', kind: 'ExternalClusterIssuer', group: 'external-issuer.io' } },
  })
  world.issuer('ca')
  await world.clock.pass(1000, 100)

  expect(['a', 'b', 'c'].map((it) => world.ready(it))).toEqual([
    'True Issued',
    'False Pending',
    'False Pending',
  ])
})

test('W2, W3, W4: an annotation starts a run, a label and a reason alone do not', async () => {
  await readyIssuer()
  world.signer.onSubmit = [failing('Unavailable', 'away', 60_000)]
  await add('a')
  world.change('a', (it) => ({ ...it, metadata: { ...it.metadata, labels: { a: 'b' } } }))
  await settle()
  const reason = (it: { type: string }) => (it.type === 'Approved' ? { ...it, reason: 'other' } : it)
  world.change('a', (it) => ({
    ...it,
    status: { ...it.status, conditions: it.status?.conditions?.map(reason) ?? [] },
  }))
  await settle()
  expect(world.signer.submits).toHaveLength(1)
  world.change('a', (it) => ({ ...it, metadata: { ...it.metadata, annotations: { a: 'b' } } }))
  await settle()

  expect(world.signer.submits).toHaveLength(2)
})

test('F57: no more requests of one issuer are with its CA than may be, and all are signed', async () => {
  let inside = 0
  let most = 0
  const waiting: (() => void)[] = []
  world.issuer('ca')
  await world.start({ concurrent: 3 })
  await settle()
  world.signer.onSubmit = [
    async () => {
      most = Math.max(most, ++inside)
      await new Promise<void>((resolve) => waiting.push(resolve))
      inside--
      return { kind: 'issued', certificates: [] }
    },
  ]
  for (let index = 0; index < 20; index++) world.request(`r${index}`)
  for (let turn = 0; turn < 20; turn++) {
    await settle()
    waiting.shift()?.()
  }
  await settle()

  expect(most).toBe(3)
  expect(world.signer.submits).toHaveLength(20)
})

test('M15: each signature is on record with who asked, for which request, through which issuer', async () => {
  await readyIssuer()
  await add('a')

  const records = world.logged.filter((it) => it.includes('"msg":"audit"')).map((it) => JSON.parse(it).audit)
  expect(records).toEqual([
    expect.objectContaining({
      action: 'sign',
      request: 'shop/a',
      issuer: 'ExternalIssuer shop/ca',
      requester: 'system:serviceaccount:cert-manager:cert-manager',
      result: 'issued',
    }),
  ])
})

test('metrics count what ended by issuer and reason, and what waits', async () => {
  await readyIssuer()
  await add('a')
  world.signer.onSubmit = [pending('order-7', 60_000)]
  await add('b')
  await world.clock.pass(30_000, 1000)

  const text = await world.metricsText()
  const issuer = 'issuer="ExternalIssuer/shop/ca"'
  expect(text).toContain(`keyferry_certificate_requests_total{${issuer},result="issued",reason="Issued"} 1`)
  expect(text).toContain(`keyferry_certificate_requests_pending{${issuer}} 1`)
  expect(text).toContain(`keyferry_certificate_request_oldest_pending_seconds{${issuer}} 30`)
})

test('1,000 approved requests: each is submitted once, written twice, and read from the API server not at all', async () => {
  await readyIssuer()
  for (let index = 0; index < 1000; index++) world.request(`r${index}`)
  for (let turn = 0; world.signer.submits.length < 1000 && turn < 200; turn++) await settle()
  await settle()

  expect(new Set(world.signer.submits.map((it) => it.uid)).size).toBe(1000)
  expect(world.signer.submits).toHaveLength(1000)
  expect([world.writes(), world.cluster.count('find certificaterequests')]).toEqual([2000, 0])
})

test('F3: a process that is killed between the answer of the CA and the status submits once more, under the same UID', async () => {
  await readyIssuer()
  const away = () => new ApiError('away', { status: 503 })
  world.signer.onSubmit = [
    async () => {
      world.cluster.refusals.set('apply certificaterequests', [away()])
      return { kind: 'issued', certificates: [] }
    },
    { kind: 'issued', certificates: [] },
  ]
  await add('a')
  await world.crash()
  await world.start()
  await world.clock.pass(1000, 100)

  const uid = world.cluster.get(certificateRequestKind, { name: 'a', namespace: 'shop' })?.metadata.uid
  expect(world.signer.submits.map((it) => it.uid)).toEqual([uid, uid])
  expect(world.ready('a')).toBe('True Issued')
})
