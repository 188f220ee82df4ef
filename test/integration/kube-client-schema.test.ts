import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  customResourceDefinitionKind,
  type Kind,
  secretKind,
  serviceAccountKind,
} from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { readServedSchema } from '../../src/kube/served-schema.ts'
import { connect } from '../cluster/client.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'

const signal = new AbortController().signal
const group = `t${randomBytes(4).toString('hex')}.example`
const write = { fieldManager: 'keyferry-test', force: true, signal }
let admin: ReturnType<typeof connect>

beforeAll(() => {
  admin = connect(sharedCluster())
})

afterAll(async () => {
  for (const plural of ['widgets', 'gadgets']) {
    await admin.client.delete(customResourceDefinitionKind, { name: `${plural}.${group}` }, { signal })
  }
  await admin[Symbol.asyncDispose]()
})

const kindOf = (name: string): Kind => ({
  group,
  version: 'v1',
  kind: name,
  plural: `${name.toLowerCase()}s`,
  namespaced: true,
})

function definition(kind: Kind, status: object): KubeObject {
  const { group, plural, kind: name } = kind
  const openAPIV3Schema = { type: 'object', properties: { status } }
  const version = {
    name: 'v1',
    served: true,
    storage: true,
    schema: { openAPIV3Schema },
    subresources: { status: {} },
  }
  return {
    metadata: { name: `${plural}.${group}` },
    spec: { group, scope: 'Namespaced', names: { plural, kind: name }, versions: [version] },
  } as KubeObject
}

test('readServedSchema() follows the served schema, as an identity without any right', async () => {
  const widget = kindOf('Widget')
  const item = { type: 'object', properties: { type: { type: 'string', enum: ['Ready'] } } }
  const properties = { conditions: { type: 'array', items: item }, syncedAt: { type: 'string' } }
  const namespace = await newNamespace('kube-schema')
  const account = { namespace, name: 'nobody' }
  await admin.client.create(serviceAccountKind, { metadata: account }, write)
  const { token } = await admin.client.createToken(account, { expirationSeconds: 600, signal })
  await using nobody = connect(sharedCluster(), token.reveal())
  const schema = (paths: readonly string[] = []) => readServedSchema(nobody.client, widget, paths, signal)
  const fields = async () => [...((await schema())?.status?.fields ?? ['unknown'])].sort()

  expect(await fields()).toEqual(['unknown'])
  await admin.client.apply(
    customResourceDefinitionKind,
    definition(widget, { type: 'object', properties }),
    write,
  )
  await expect.poll(fields, { timeout: 20_000 }).toEqual(['conditions', 'syncedAt'])
  const more = { ...properties, leases: { type: 'array', items: { type: 'string' } } }
  await admin.client.apply(
    customResourceDefinitionKind,
    definition(widget, { type: 'object', properties: more }),
    write,
  )
  await expect.poll(fields, { timeout: 20_000 }).toEqual(['conditions', 'leases', 'syncedAt'])

  const paths = ['status.conditions.type', 'status.conditions.reason', 'status.leases', 'spec', 'spec.color']
  expect(await schema(paths)).toEqual({
    status: {
      fields: new Set(['conditions', 'leases', 'syncedAt']),
      conditionFields: new Set(['type']),
      conditionTypes: new Set(['Ready']),
    },
    missing: ['status.conditions.reason', 'spec', 'spec.color'],
  })
})

test('readServedSchema() takes a status that keeps unknown fields to hold anything, and knows built-in kinds', async () => {
  const gadget = kindOf('Gadget')
  const status = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  await admin.client.apply(customResourceDefinitionKind, definition(gadget, status), write)
  const served = async () => (await admin.client.getPath(`/openapi/v3/apis/${group}/v1`, { signal })).body
  await expect.poll(served, { timeout: 20_000 }).toContain('Gadget')

  expect(await readServedSchema(admin.client, gadget, ['status.any'], signal)).toEqual({ missing: [] })
  const ofSecrets = await readServedSchema(admin.client, secretKind, ['immutable', 'status'], signal)
  expect(ofSecrets).toMatchObject({ status: { fields: new Set() }, missing: ['status'] })
})
