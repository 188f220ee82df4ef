import { expect, test } from 'vitest'
import { externalSecretKind } from '../api/externalsecret.ts'
import type { Client } from '../kube/client.ts'
import { certManagerVerdict, definitionVerdict } from './definitions.ts'

const { group, plural, kind } = externalSecretKind
const { signal } = new AbortController()

/** An API server that serves these versions of ExternalSecrets, with these fields of a spec. */
function serving(versions: readonly string[], fields: readonly string[] = []): Client {
  const properties = Object.fromEntries(fields.map((it) => [it, { type: 'string' }]))
  const gvk = [{ group, version: 'v1', kind }]
  const schema = { 'x-kubernetes-group-version-kind': gvk, properties: { spec: { properties } } }
  const pages = new Map<string, object>([
    [`/apis/${group}`, { versions: versions.map((version) => ({ version })) }],
    ...versions.map((it) => [`/apis/${group}/${it}`, { resources: [{ name: plural }] }] as const),
    [`/openapi/v3/apis/${group}/v1`, { components: { schemas: { a: schema } } }],
  ])
  const getPath = (path: string) => {
    const page = versions.length === 0 ? undefined : pages.get(path)
    return Promise.resolve(
      page === undefined ? { status: 404, body: '' } : { status: 200, body: JSON.stringify(page) },
    )
  }
  return { getPath } as unknown as Client
}

test('a CRD that knows every field is well', async () => {
  const verdict = await definitionVerdict(
    serving(['v1', 'v1beta1'], ['one']),
    externalSecretKind,
    ['spec.one'],
    signal,
  )

  expect(verdict).toEqual({ status: 'ok', message: 'serves v1, v1beta1; it knows all our fields' })
})

test('a CRD that is absent, or serves other versions only, fails', async () => {
  const absent = await definitionVerdict(serving([]), externalSecretKind, [], signal)
  expect(absent).toMatchObject({
    status: 'failed',
    message: 'the CRD is not installed',
    remedy: expect.stringContaining('crds.enabled=true') as string,
  })
  const old = await definitionVerdict(serving(['v1beta1']), externalSecretKind, [], signal)
  expect(old).toMatchObject({ status: 'failed', message: 'the CRD serves v1beta1, not v1' })
})

test("an older CRD, or ESO's own, is a warning that names what it drops", async () => {
  const verdict = await definitionVerdict(
    serving(['v1'], ['one']),
    externalSecretKind,
    ['spec.one', 'spec.two'],
    signal,
  )

  expect(verdict).toMatchObject({
    status: 'warn',
    message: expect.stringMatching(/CRDTooOld: .*drops spec\.two$/) as string,
  })
})

test('without cert-manager the issuers half is idle', async () => {
  expect(await certManagerVerdict(serving([]), externalSecretKind, signal)).toMatchObject({ status: 'warn' })
  expect(await certManagerVerdict(serving(['v1']), externalSecretKind, signal)).toMatchObject({
    status: 'ok',
  })
})
