import { beforeEach, expect, test } from 'vitest'
import { failure } from '../api/reason.ts'
import type { SecretStoreSpec } from '../api/secretstore.ts'
import { identityVersion } from './identity-version.ts'
import type { References } from './provider.ts'

let secret: { uid: string; resourceVersion: string } | undefined
let account: { uid: string; annotations?: Record<string, string> }

const references = {
  secretVersion: () => {
    if (secret === undefined) throw failure('NotFound', 'Cannot find it')
    return secret
  },
  serviceAccount: (ref: object) => ({ ...ref, ...account }),
} as object as References

const spec = {
  provider: {
    akeyless: {
      authSecretRef: {
        secretRef: { accessID: { name: 'key', key: 'id' } },
        kubernetesAuth: { serviceAccountRef: { name: 'app' } },
      },
    },
  },
} as object as SecretStoreSpec
const version = () => identityVersion(spec, references)

beforeEach(() => {
  secret = { uid: 's1', resourceVersion: '1' }
  account = { uid: 'a1' }
})

test.each<[string, () => void]>([
  ['a rotated credential', () => (secret = { uid: 's1', resourceVersion: '2' })],
  ['a credential that is gone', () => (secret = undefined)],
  ['a ServiceAccount that was made anew', () => (account = { uid: 'a2' })],
  ['a ServiceAccount with another role', () => (account = { uid: 'a1', annotations: { role: 'x' } })],
])('%s is another identity', (_, change) => {
  const before = version()
  expect(version()).toBe(before)
  change()

  expect(version()).not.toBe(before)
})

test('a store without credentials has one identity', () => {
  expect(identityVersion({ provider: { fake: { data: [] } } } as object as SecretStoreSpec, references)).toBe(
    '',
  )
})
