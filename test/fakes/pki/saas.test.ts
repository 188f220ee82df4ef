import { afterAll, beforeAll, expect, test } from 'vitest'
import { PkiAuthority } from './authority.ts'
import { bareCall } from './bare-client.ts'
import { makeCsr } from './csr.ts'
import { type SaasStandIn, startSaas } from './saas.ts'

let saas: SaasStandIn
beforeAll(async () => {
  saas = await startSaas(await PkiAuthority.make())
})
afterAll(() => saas[Symbol.asyncDispose]())

const call = (path: string, body?: object, key = saas.state.apiKey) =>
  bareCall(`${saas.url}${path}`, saas.authority.rootPem, {
    headers: { 'tppl-api-key': key },
    ...(body !== undefined && { body }),
  })

async function take(more: object = {}) {
  const answer = await call('/outagedetection/v1/certificaterequests', {
    certificateSigningRequest: await makeCsr({ dnsNames: ['a.example.com'] }),
    applicationId: saas.state.applicationId,
    certificateIssuingTemplateId: saas.state.templateId,
    validityPeriod: 'P30D',
    ...more,
  })
  const [first] = (answer.json['certificateRequests'] as { id: string }[] | undefined) ?? []
  return { ...answer, id: first?.id ?? '' }
}

test('takes a request, shows it after a while, issues it, and gives its contents when they are signed', async () => {
  Object.assign(saas.state, { unseen: 1, waits: 1, unsigned: 1 })
  const { status, id } = await take()
  const look = () => call(`/outagedetection/v1/certificaterequests/${id}`)

  const looks = [await look(), await look(), await look()]
  const [certificateId] = (looks[2]?.json['certificateIds'] ?? []) as string[]
  const contents = (order: string) =>
    call(`/outagedetection/v1/certificates/${certificateId}/contents?format=PEM&chainOrder=${order}`)
  const [early, late, rootFirst] = [
    await contents('EE_FIRST'),
    await contents('EE_FIRST'),
    await contents('ROOT_FIRST'),
  ]

  expect([status, ...looks.map((it) => it.json['status'])]).toEqual([201, undefined, 'REQUESTED', 'ISSUED'])
  expect([looks[0]?.status, early.status, late.status]).toEqual([404, 409, 200])
  expect(late.text.match(/BEGIN CERTIFICATE/g)).toHaveLength(3)
  expect(rootFirst.text.startsWith(saas.authority.rootPem)).toBe(true)
})

test('a request that fails says why', async () => {
  Object.assign(saas.state, { unseen: 0, waits: 0, fails: true })
  const { id } = await take()

  const { json } = await call(`/outagedetection/v1/certificaterequests/${id}`)

  expect(json).toMatchObject({ status: 'FAILED', errorInformation: { code: 21_002 } })
})

test.each([
  ['another application', { applicationId: 'x' }, 400],
  ['another template', { certificateIssuingTemplateId: 'x' }, 404],
  ['a validity that is none', { validityPeriod: '30 days' }, 400],
])('refuses %s with a code', async (_, more, status) => {
  const answer = await take(more)

  expect(answer).toMatchObject({ status, json: { errors: [{ code: expect.any(Number) }] } })
})

test('knows its users by their keys', async () => {
  expect((await call('/v1/useraccounts')).status).toBe(200)
  expect((await call('/v1/useraccounts', undefined, 'x')).status).toBe(401)
})
