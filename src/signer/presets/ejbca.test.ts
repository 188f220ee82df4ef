import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { type EjbcaStandIn, startEjbca } from '../../../test/fakes/pki/ejbca.ts'
import { type OpenedPreset, openPreset } from '../../../test/fakes/pki/open-preset.ts'
import { type OpenOptions, signingRequest } from '../../../test/fakes/pki/open-signer.ts'
import { presetYaml } from '../../../test/fakes/pki/preset-yaml.ts'

let ejbca: EjbcaStandIn
let data: Map<string, string>
beforeAll(async () => {
  ejbca = await startEjbca(await PkiAuthority.make())
  const { certificatePem, privateKeyPem } = await ejbca.authority.client()
  data = new Map([
    ['Secret/client/tls.crt', certificatePem],
    ['Secret/client/tls.key', privateKeyPem],
  ])
})
beforeEach(() => {
  ejbca.state.approvals.clear()
  Object.assign(ejbca.state, {
    auth: 'certificate',
    needsApproval: false,
    isTokenOffline: false,
    uniqueKeys: false,
    validityOverride: true,
    allowedDomains: undefined,
  })
})
afterAll(() => ejbca[Symbol.asyncDispose]())

const names = {
  certificateAuthority: 'ManagementCA',
  certificateProfile: 'web',
  endEntityProfile: 'kubernetes',
}

function open(settings: object = {}, more: Partial<OpenOptions> = {}): Promise<OpenedPreset> {
  const tls = { caBundle: ejbca.authority.rootPem, clientCertificate: { secretName: 'client' } }
  const yaml = presetYaml(ejbca, 'ejbca', { ...names, ...settings }, { tls })
  return openPreset({ yaml, data, credentials: { any: 'thing' }, ...more })
}

const enrolments = () =>
  ejbca.seen
    .filter((it) => it.path.endsWith('/pkcs10enroll'))
    .map((it) => JSON.parse(it.body) as Record<string, string>)

test('enrols an end entity for each request, with a password that nobody can tell', async () => {
  await using it = await open()

  await it.sign({ uid: 'uid-1', emails: ['a@example.com'] })
  await it.sign({ uid: 'uid-2' })

  const [first, second] = enrolments().slice(-2)
  expect(first).toMatchObject({ username: 'keyferry-uid-1', email: 'a@example.com', response_format: 'DER' })
  expect(first?.['end_time']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  expect(first?.['password']).toHaveLength(43)
  expect(second?.['password']).not.toBe(first?.['password'])
  expect(second).not.toHaveProperty('email')
})

test('waits for an approval, is found again by its id after a restart, and is finalized with the same password', async () => {
  ejbca.state.needsApproval = true
  const request = await signingRequest()
  const taken = await open().then(async (first) => {
    await using it = first
    return await it.submit(request)
  })
  const id = typeof taken === 'string' || taken.kind !== 'pending' ? '' : taken.id
  await using second = await open()

  const waiting = await second.poll(request, id)
  ejbca.state.decide('approved')
  const issued = await second.poll(request, id)

  expect(waiting).toMatchObject({ kind: 'pending', id, message: expect.stringContaining('approval') })
  expect(issued).toMatchObject({ kind: 'issued', certificates: { length: 1 } })
})

async function heldIn(credentials: Record<string, string>): Promise<[Request, string]> {
  ejbca.state.needsApproval = true
  const request = await signingRequest()
  await using it = await open({}, { credentials })
  const taken = await it.submit(request)
  ejbca.state.decide('approved')
  return [request, typeof taken === 'object' && taken.kind === 'pending' ? taken.id : '']
}

type Request = Awaited<ReturnType<typeof signingRequest>>

test('what waits outlives a rotation of the credentials, where the Secret has a key request-secret', async () => {
  const [request, id] = await heldIn({ clientSecret: 'old', 'request-secret': 'stays' })
  await using it = await open({}, { credentials: { clientSecret: 'new', 'request-secret': 'stays' } })

  expect(await it.poll(request, id)).toMatchObject({ kind: 'issued' })
})

test('an enrolment whose password went with the old Secret is no fault of its issuer', async () => {
  const [request, id] = await heldIn({ clientSecret: 'old' })
  await using it = await open({}, { credentials: { clientSecret: 'new' } })

  expect(await it.poll(request, id)).toMatch(
    /^Unavailable: .*status is 403; .*the Secret of authSecretRef changed/,
  )
})

test('with the name of its CA, a certificate that waited has its chain', async () => {
  ejbca.state.needsApproval = true
  const request = await signingRequest()
  await using it = await open({ caSubjectDN: ejbca.state.caSubjectDN })
  const taken = await it.submit(request)
  ejbca.state.decide('approved')

  const issued = await it.poll(request, typeof taken === 'object' && taken.kind === 'pending' ? taken.id : '')

  expect(issued).toMatchObject({ kind: 'issued', certificates: { length: 3 } })
})

test('a rejected enrolment is refused', async () => {
  ejbca.state.needsApproval = true
  const request = await signingRequest()
  await using it = await open()
  const taken = await it.submit(request)
  ejbca.state.decide('rejected')

  const words = await it.poll(request, typeof taken === 'object' && taken.kind === 'pending' ? taken.id : '')

  expect(words).toMatch(/^Refused: .*status is 400; the enrolment was rejected/)
})

test('an answer to finalize that was lost cannot be had again, which is said', async () => {
  Object.assign(ejbca.state, { needsApproval: true })
  const request = await signingRequest()
  await using it = await open()
  const taken = await it.submit(request)
  const id = typeof taken === 'object' && taken.kind === 'pending' ? taken.id : ''
  ejbca.state.decide('approved')
  ejbca.faults.add({ path: '/finalize', kind: 'cut-after-receipt', times: 1 })

  const [cut, again] = [await it.poll(request, id), await it.poll(request, id)]

  expect(cut).toMatch(/^Unavailable: .*connection was cut/)
  expect(again).toMatch(/^Refused: .*was finalized before/)
})

test('a submit that comes again makes a double, or is refused where keys are unique', async () => {
  const request = await signingRequest()
  await using it = await open()
  const issued = ejbca.authority.issued

  const twice = [await it.submit(request), await it.submit(request)]
  ejbca.state.uniqueKeys = true
  const third = await it.submit(request)

  expect(twice).toMatchObject([{ kind: 'issued' }, { kind: 'issued' }])
  expect(ejbca.authority.issued - issued).toBe(2)
  expect(third).toMatch(/^Refused: .*status is 409/)
})

test.each([
  [
    'its crypto token is offline',
    { isTokenOffline: true },
    {},
    /^Unavailable: .*503; the CA or its crypto token/,
  ],
  ['it has no such CA', {}, { certificateAuthority: 'Other' }, /^IssuerFault: .*404; EJBCA has no such CA/],
  ['a profile does not permit the name', { allowedDomains: [] }, {}, /^Refused: .*status is 422/],
  ['it wants another credential', { auth: 'oauth' }, {}, /^IssuerFault: .*status is 403/],
  ['its profile fixes a longer life', { validityOverride: { seconds: 864_000 } }, {}, /^Refused: /],
])('where %s, the request fails as it should', async (_, state, settings, words) => {
  Object.assign(ejbca.state, state)
  await using it = await open(settings)

  const said = await it.sign()

  expect(said).toMatch(words)
  expect(said).not.toContain('canary')
})

test('a life that the profile fixes is taken where the configuration says so', async () => {
  ejbca.state.validityOverride = { seconds: 864_000 }
  await using it = await open({ validity: 'profile' })

  expect(await it.sign()).toMatchObject({ subjectAltName: 'DNS:www.shop.example.com' })
  expect(enrolments().at(-1)).not.toHaveProperty('end_time')
})

test('a name of a CA that looks like a template stays what it is', async () => {
  await using it = await open({ certificateAuthority: '{{ .token }}' })

  await it.sign()

  expect(enrolments().at(-1)).toMatchObject({ certificate_authority_name: '{{ .token }}' })
})

test('an OAuth client that is not known is the fault of the issuer', async () => {
  ejbca.state.auth = 'oauth'
  const oauth = { tokenURL: `${ejbca.url}/oauth/token`, audience: 'ejbca' }
  await using it = await open({ oauth }, { credentials: { clientId: 'keyferry', clientSecret: 'wrong' } })

  expect(await it.check()).toMatch(/^IssuerFault: Cannot log in .*401 \(code invalid_client\)/)
})

test('the key of the client certificate is in no log line, and goes over no wire', async () => {
  const [line = ''] = data.get('Secret/client/tls.key')?.split('\n').slice(1) ?? []
  await using it = await open()

  await it.check()
  await it.sign()

  expect(line.length).toBeGreaterThan(30)
  expect(it.logged()).not.toContain(line)
  expect(ejbca.seen.filter((one) => one.body.includes(line))).toEqual([])
})
