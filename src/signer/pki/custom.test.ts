import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { type CustomPki, CustomPkiState, startCustomPki } from '../../../test/fakes/pki/custom.ts'
import { customYaml } from '../../../test/fakes/pki/custom-yaml.ts'
import { openPki, signingRequest } from '../../../test/fakes/pki/open-signer.ts'

let pki: CustomPki
beforeAll(async () => {
  pki = await startCustomPki(await PkiAuthority.make())
})
beforeEach(() => {
  const { waits, decision } = new CustomPkiState()
  Object.assign(pki.state, { waits, decision })
})
afterAll(() => pki[Symbol.asyncDispose]())

async function open() {
  const credentials = { clientId: 'keyferry', clientSecret: pki.state.clientSecret }
  const opened = await openPki({ yaml: customYaml(pki.url, pki.authority.rootPem), credentials })
  return { ...opened, options: { signal: AbortSignal.timeout(20_000), log: opened.log } }
}

test('F51: an order survives a restart: it is asked for by its id, and submitted once', async () => {
  pki.state.waits = 2
  const request = await signingRequest()
  const submits = pki.state.submits
  const before = await open()
  const submitted = await before.signer.submit(request, before.options)
  await before.signer.close()
  const id = submitted.kind === 'pending' ? submitted.id : ''
  const after = await open()

  const results = []
  for (let turn = 0; turn < 3; turn++) results.push(await after.signer.poll(request, id, after.options))
  await after.signer.close()

  expect(submitted).toMatchObject({ kind: 'pending', pollAfterMs: 20 })
  expect(results.map((it) => it.kind)).toEqual(['pending', 'pending', 'issued'])
  expect(results[0]).toHaveProperty('message', 'the order waits for approval')
  expect(pki.state.submits - submits).toBe(1)
})

test('an order that is rejected is Refused, with its code and in the words of the configuration', async () => {
  Object.assign(pki.state, { waits: 0, decision: 'reject' })
  const request = await signingRequest()
  await using opened = await open()
  const submitted = await opened.signer.submit(request, opened.options)

  const failed = opened.signer.poll(request, submitted.kind === 'pending' ? submitted.id : '', opened.options)

  await expect(failed).rejects.toMatchObject({
    reason: 'Refused',
    message: expect.stringMatching(/status is 200 \(code policy.rejected\); the order was rejected$/),
  })
})

test('an answer that is lost makes no second order: the key is the same', async () => {
  const issued = pki.authority.issued
  const request = await signingRequest()
  await using opened = await open()
  pki.faults.add({ kind: 'cut-after-receipt', path: '/api/orders', times: 1 })

  const lost = opened.signer.submit(request, opened.options)
  await expect(lost).rejects.toMatchObject({ reason: 'Unavailable' })
  const again = await opened.signer.submit(request, opened.options)

  expect(again.kind).toBe('pending')
  expect(pki.authority.issued - issued).toBe(1)
})

test('a request that the policy of a PKI refuses is told by its code alone', async () => {
  await using opened = await open()

  const failed = opened.signer.submit(await signingRequest({ durationSeconds: 40_000_000 }), opened.options)

  await expect(failed).rejects.toMatchObject({
    reason: 'Refused',
    message: expect.stringMatching(
      /status is 422 \(code policy.too-long\); the PKI refuses this request; see why in its log$/,
    ),
  })
})
