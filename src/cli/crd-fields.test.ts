import { expect, test } from 'vitest'
import { SecretStoreSpec } from '../api/secretstore.ts'
import type { Kind } from '../kube/kind.ts'
import { newerFieldsOf, refuseDroppedAuth } from './crd-fields.ts'

const specOf = (authSecretRef: object) =>
  SecretStoreSpec.parse({
    provider: { akeyless: { akeylessGWApiURL: 'https://gateway.test', authSecretRef } },
  })
const check = (spec: SecretStoreSpec, missing: (kind: Kind) => readonly string[]) => () =>
  refuseDroppedAuth('SecretStore', spec, missing)
const nothing = () => []

test('a store without a way in, under a CRD that drops some, is told that the CRD is too old', () => {
  expect(check(specOf({}), newerFieldsOf)).toThrow(
    expect.objectContaining({
      reason: 'CRDTooOld',
      userMustAct: true,
      message: expect.stringContaining('drops azureAuth, awsAuth, gcpAuth, jwtAuth, certAuth'),
    }),
  )
  expect(check(specOf({ serviceAccountRef: { name: 'app' } }), newerFieldsOf)).toThrow(/CRD/)
})

test.each([
  ['a way in that every CRD knows', specOf({ secretRef: {} }), newerFieldsOf],
  ['a way in that this CRD knows', specOf({ gcpAuth: { accessID: 'p-1' } }), newerFieldsOf],
  ['no way in, where the CRD drops nothing', specOf({}), nothing],
  ['another provider', SecretStoreSpec.parse({ provider: { fake: { data: [] } } }), newerFieldsOf],
])('a store with %s is not', (_, spec, missing) => {
  expect(check(spec, missing)).not.toThrow()
})
