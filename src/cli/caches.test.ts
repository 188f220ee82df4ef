import { expect, test } from 'vitest'
import { serviceAccountKind } from '../kube/kind.ts'
import type { KubeObject } from '../kube/object.ts'
import { createCaches } from './caches.ts'
import type { InformerFactory, InformerSpec } from './informers.ts'

/** What the informer of a kind keeps of an object. */
function keptBy(plural: string, object: KubeObject): KubeObject | undefined {
  let kept: KubeObject | undefined
  const create = <T extends KubeObject>({ title, transform }: InformerSpec<T>) => {
    if (title === plural) kept = transform?.(object)
  }
  createCaches({ create } as unknown as InformerFactory, true)
  return kept
}

const annotations = {
  'azure.workload.identity/client-id': 'c',
  'eks.amazonaws.com/role-arn': 'r',
  'kubectl.kubernetes.io/last-applied-configuration': '{}',
}

test('of a ServiceAccount only the annotations that name its cloud identity are kept', () => {
  const kept = keptBy(serviceAccountKind.plural, { metadata: { name: 'app', uid: 'u', annotations } })

  expect(kept).toEqual({
    metadata: {
      name: 'app',
      uid: 'u',
      annotations: { 'azure.workload.identity/client-id': 'c', 'eks.amazonaws.com/role-arn': 'r' },
    },
  })
})

test('of a ConfigMap none is', () => {
  expect(keptBy('configmaps', { metadata: { name: 'ca', annotations } })).toEqual({
    metadata: { name: 'ca' },
  })
})
