import type { Target } from '../../../src/externalsecret/target.ts'

/** What ExternalSecret `shop/db` asks of Secret `shop/secret`: nothing yet. */
export const emptyTarget: Target = {
  namespace: 'shop',
  name: 'secret',
  owner: { apiVersion: 'external-secrets.io/v1', name: 'db', uid: 'u1', generation: 1, mayAdopt: false },
  labels: {},
  annotations: {},
  data: new Map(),
}
