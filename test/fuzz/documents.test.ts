import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { azureGrant } from '../../src/akeyless/azure-entra.ts'
import { checkCa } from '../../src/akeyless/ca.ts'
import { fieldsOf } from '../../src/akeyless/cloud-http.ts'
import { decodeBy } from '../../src/externalsecret/decoding.ts'
import { secretFacts } from '../../src/externalsecret/secret-facts.ts'
import { apiErrorOf } from '../../src/kube/api-status.ts'
import { ApiError, TransportError } from '../../src/kube/errors.ts'
import { secretKind } from '../../src/kube/kind.ts'
import { readKubeconfig } from '../../src/kube/kubeconfig.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { openWatch } from '../../src/kube/watch-stream.ts'
import { systemClock } from '../../src/std/clock.ts'
import { Failure } from '../../src/std/failure.ts'
import { TemplateError } from '../../src/template/error.ts'
import { textMapOf } from '../../src/template/text-map.ts'
import { selfSigned } from '../fakes/akeyless/certificates.ts'
import { both, canary, fuzz, fuzzAsync, nothing } from './fuzz.ts'
import { mutated, mutatedBytes } from './mutated.ts'

const isFailure = (error: unknown) => error instanceof Failure
const folder = mkdtempSync(join(tmpdir(), 'keyferry-fuzz-'))

afterAll(() => rmSync(folder, { recursive: true }))

const event = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`
const metadata = { name: 'a', namespace: 'n', resourceVersion: '7', annotations: { note: canary } }
const watchBodies = [
  event('ADDED', { metadata }) + event('BOOKMARK', { metadata: { resourceVersion: '8' } }),
  event('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: canary }),
  event('ADDED', { metadata: { name: '__proto__', resourceVersion: '1', labels: { constructor: canary } } }),
]

test('lines of a watch are events, an ApiError or a TransportError', async () => {
  expect(
    await fuzzAsync(mutatedBytes(...watchBodies.map((it) => Buffer.from(it))), watched, {
      isOwn: (error) => error instanceof TransportError || error instanceof ApiError,
      runs: 1500,
    }),
  ).toEqual(both)
})

/** Reads a body as a watch, in two chunks. */
async function watched(body: Uint8Array): Promise<void> {
  const half = Math.floor(body.length / 2)
  const chunks = async function* () {
    yield body.subarray(0, half)
    yield body.subarray(half)
  }
  const transport: Transport = {
    request: () => Promise.reject(new Error('nobody asks')),
    stream: () => Promise.resolve({ status: 200, headers: {}, chunks: chunks() }),
    close: () => Promise.resolve(),
  }
  const events = await openWatch(transport, systemClock, {
    selection: { kind: secretKind },
    resourceVersion: '1',
    timeoutSeconds: 300,
    headTimeoutMs: 1000,
    inactivityMs: 1000,
    signal: new AbortController().signal,
  })
  for await (const it of events) secretFacts(it.object)
}

test('a refusal of the API server becomes an ApiError that quotes nothing of it', () => {
  const status = {
    kind: 'Status',
    reason: 'Invalid',
    message: canary,
    details: { causes: [{ reason: 'FieldValueInvalid', field: 'data[a b]', message: canary }] },
  }
  expect(
    fuzz(
      mutated(JSON.stringify(status), `<html>${canary}</html>`),
      (body) => {
        throw apiErrorOf('patch Secret a/b', { status: 422, headers: { 'retry-after': body }, body })
      },
      { isOwn: (error) => error instanceof ApiError, runs: 2000, msPerKilobyte: 2 },
    ),
  ).toEqual(['refused'])
})

test('metadata of a Secret is kept or left, whatever managedFields hold', () => {
  const managedFields = [{ manager: 'm', fieldsV1: { 'f:data': { 'f:a': {}, '.': {}, 'f:__proto__': {} } } }]
  const labels = { 'reconcile.external-secrets.io/managed': 'true', __proto__: null, constructor: 'x' }
  expect(
    fuzz(
      mutated(JSON.stringify({ metadata: { name: 'a', labels, managedFields } })),
      (text) => {
        const object = objectOf(text)
        if (object !== undefined) secretFacts(object)
      },
      { isOwn: nothing, runs: 3000, msPerKilobyte: 5 },
    ),
  ).toEqual(['taken'])
})

/** What the API server may send: an object with metadata, whose lists are lists. */
function objectOf(text: string): KubeObject | undefined {
  try {
    const object = JSON.parse(text) as KubeObject
    const { metadata: it } = object
    const isList =
      it.managedFields === undefined || (Array.isArray(it.managedFields) && it.managedFields.every(Boolean))
    return typeof it === 'object' && isList ? object : undefined
  } catch {
    return undefined
  }
}

const kubeconfig = `apiVersion: v1
kind: Config
current-context: a
clusters: [{name: c, cluster: {server: "https://127.0.0.1:6443", certificate-authority-data: AAAA}}]
users:
  - name: u
    user: {token: ${canary}}
  - name: v
    user: {username: v, password: "${canary}", exec: {command: x, apiVersion: client.authentication.k8s.io/v1}}
contexts: [{name: a, context: {cluster: c, user: u}}]
`

test('a kubeconfig is read or InvalidKubeconfig, and shows no credential', async () => {
  const file = join(folder, 'config')
  expect(
    await fuzzAsync(
      mutated(kubeconfig),
      async (text) => {
        writeFileSync(file, text)
        await readKubeconfig([file])
      },
      { isOwn: (error) => error instanceof Failure && error.reason === 'InvalidKubeconfig', runs: 600 },
    ),
  ).toEqual(both)
})

test('a password that looks like an alias is not shown', async () => {
  const file = join(folder, 'alias')
  writeFileSync(file, `clusters: []\nusers: [{name: u, user: {password: *${canary} }}]\n`)

  await expect(readKubeconfig([file])).rejects.toThrow(/quote texts that begin with \*$/)
})

test('a kubeconfig of aliases upon aliases is refused, and soon', async () => {
  const file = join(folder, 'bomb')
  const lines = Array.from(
    { length: 30 },
    (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}, *a${index}]`,
  )
  writeFileSync(file, `a0: &a0 [x]\n${lines.join('\n')}\nclusters: *a30\n`)
  const startedMs = performance.now()

  await expect(readKubeconfig([file])).rejects.toThrow(
    expect.objectContaining({ reason: 'InvalidKubeconfig' }),
  )

  expect(performance.now() - startedMs).toBeLessThan(3 * 1000)
})

test('a YAML map of a template is texts or a TemplateError that shows none of them', () => {
  const maps = [
    `user: u\npassword: ${canary}\nlist: [1, 2]\n`,
    `a: |\n  ${canary}\n  x\nb: >-\n  folded\n"quoted key": 'it''s'\n`,
    `x: &x ${canary}\ny: *x\nz: {<<: {a: 1}}\n`,
    '? complex\n: value\n!!binary a: aGVsbG8=\n',
    '__proto__: {polluted: yes}\nconstructor: x\n',
  ]
  expect(
    fuzz(mutatedBytes(...maps.map((it) => Buffer.from(it))), (bytes) => textMapOf(bytes), {
      isOwn: (error) => error instanceof TemplateError,
      runs: 2500,
      msPerKilobyte: 30,
    }),
  ).toEqual(both)
})

test('a CA bundle is certificates or InvalidSpec', async () => {
  const { certificatePem, privateKeyPem } = await selfSigned()
  const key = privateKeyPem.replace(/\n[^\n-]+/, `\n${canary}`)
  expect(
    fuzz(
      mutated(certificatePem, certificatePem + certificatePem, key + certificatePem),
      (pem) => checkCa({ pem, path: 'spec.provider.akeyless.caBundle' }),
      { isOwn: isFailure, runs: 1500 },
    ),
  ).toEqual(both)
})

test('beginnings of PEM without an end cost time in line with their length', () => {
  const startedMs = performance.now()

  for (const pem of [
    '-----BEGIN CERTIFICATE-----'.repeat(40_000),
    `-----BEGIN CERTIFICATE-----\n${'A'.repeat(1_000_000)}`,
  ])
    expect(() => checkCa({ pem, path: 'p' })).toThrow(Failure)

  expect(performance.now() - startedMs).toBeLessThan(3 * 500)
})

test('answers of clouds are credentials or a Failure that shows none of them', () => {
  const answer = `{"access_token":"${canary}","expires_in":"3600","token_type":"Bearer"}`
  expect(
    fuzz(
      mutated(
        answer,
        `{"error_codes":[70021],"error_description":"${canary}"}`,
        '{"__proto__":{"access_token":"x"}}',
      ),
      (text) => {
        fieldsOf(text)
        azureGrant(text, 'log in at Entra', 0)
      },
      { isOwn: isFailure, runs: 1500, msPerKilobyte: 5 },
    ),
  ).toEqual(both)
})

test('values are decoded by every strategy or not at all', () => {
  const texts = [
    canary,
    Buffer.from(canary).toString('base64'),
    Buffer.from([255, 254, 253]).toString('base64url'),
    'YQ=\n=',
  ]
  expect(
    fuzz(
      mutatedBytes(...texts.map((it) => Buffer.from(it))),
      (bytes) => (['None', 'Base64', 'Base64URL', 'Auto'] as const).map((it) => decodeBy(it, bytes)),
      { isOwn: nothing, runs: 2000, msPerKilobyte: 2 },
    ),
  ).toEqual(['taken'])
})
