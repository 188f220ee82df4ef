import { expect, test } from 'vitest'
import type { ExternalIssuer } from '../api/externalissuer.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Informer } from '../runtime/informer.ts'
import { NamespaceWatches } from './namespace-watches.ts'

test('a namespace whose last issuer goes while its rights are asked for is not watched', async () => {
  const issuers: object[] = [{ metadata: { namespace: 'shop', name: 'ca' } }]
  const allowed = Promise.withResolvers<boolean>()
  const opened: string[] = []
  const watches = new NamespaceWatches({
    issuers: { store: { list: () => issuers } } as unknown as Informer<ExternalIssuer>,
    mayWatch: () => allowed.promise,
    readersOf: () => [],
    open: (kind) => {
      opened.push(kind)
      const synced = Promise.resolve()
      const rest = { onChange: () => () => undefined, start: () => undefined, stop: () => synced }
      return { synced, ...rest } as unknown as Informer<KubeObject>
    },
  })
  const following = watches.follow({ namespace: 'shop', name: 'ca' })
  issuers.pop()
  await watches.leave({ namespace: 'shop', name: 'ca' })

  allowed.resolve(true)
  await following
  expect(opened).toEqual([])

  issuers.push({ metadata: { namespace: 'shop', name: 'other' } })
  await watches.follow({ namespace: 'shop', name: 'other' })
  expect(opened.toSorted()).toEqual(['ConfigMap', 'Secret'])
})
