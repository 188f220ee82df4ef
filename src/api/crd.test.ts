import { expect, test } from 'vitest'
import * as z from 'zod'
import { customResourceDefinition } from './crd.ts'
import { defineKind } from './define-kind.ts'
import { optional } from './meta.ts'

const teapotKind = {
  group: 'kitchen.test',
  version: 'v1',
  kind: 'Teapot',
  plural: 'teapots',
  namespaced: true,
}
const teapot = defineKind({
  kind: teapotKind,
  description: 'A teapot.',
  spec: z.object({ isHot: optional(z.boolean().describe('Hot or not.')) }).describe('Wishes.'),
  status: z.object({ observedGeneration: optional(z.int().describe('Seen.')) }).describe('Facts.'),
  shortNames: ['tp'],
  categories: ['kitchen'],
  deprecatedVersions: ['v1beta1'],
  selectableFields: ['.spec.isHot'],
  printerColumns: [{ name: 'Hot', type: 'boolean', jsonPath: '.spec.isHot' }],
})

test('customResourceDefinition() names the kind and carries no annotation', () => {
  expect(customResourceDefinition(teapot)).toMatchObject({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'teapots.kitchen.test' },
    spec: {
      group: 'kitchen.test',
      scope: 'Namespaced',
      conversion: { strategy: 'None' },
      names: {
        kind: 'Teapot',
        listKind: 'TeapotList',
        plural: 'teapots',
        singular: 'teapot',
        shortNames: ['tp'],
        categories: ['kitchen'],
      },
    },
  })
  expect(customResourceDefinition(teapot)).not.toHaveProperty('metadata.annotations')
})

test('customResourceDefinition() serves every version with one schema and stores the first', () => {
  const [first, second] = versionsOf(teapot)

  expect(first).toMatchObject({ name: 'v1', served: true, storage: true, subresources: { status: {} } })
  expect(first).not.toHaveProperty('deprecated')
  expect(second).toMatchObject({
    name: 'v1beta1',
    served: true,
    storage: false,
    deprecated: true,
    deprecationWarning:
      'kitchen.test/v1beta1 Teapot is deprecated; use kitchen.test/v1: the fields are the same',
  })
  expect(second?.['schema']).toEqual(first?.['schema'])
})

test('customResourceDefinition() gives status the only default, so that health checks wait for the first look', () => {
  const [first] = versionsOf(teapot)

  expect(first).toMatchObject({
    schema: {
      openAPIV3Schema: {
        type: 'object',
        description: 'A teapot.',
        required: ['spec'],
        properties: {
          metadata: { type: 'object' },
          spec: { type: 'object', description: 'Wishes.', properties: { isHot: { type: 'boolean' } } },
          status: { type: 'object', default: { observedGeneration: -1 } },
        },
      },
    },
  })
})

test('customResourceDefinition() leaves out what a kind does not have', () => {
  const { deprecatedVersions: _, selectableFields: __, ...plain } = teapot

  const versions = versionsOf(defineKind({ ...plain, kind: { ...teapotKind, namespaced: false } }))

  expect(versions).toHaveLength(1)
  expect(versions[0]).not.toHaveProperty('selectableFields')
})

function versionsOf(definition: Parameters<typeof customResourceDefinition>[0]): Record<string, unknown>[] {
  const crd = customResourceDefinition(definition) as { spec: { versions: Record<string, unknown>[] } }
  return crd.spec.versions
}
