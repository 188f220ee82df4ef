import { expect, test } from 'vitest'
import { MemoryCluster } from '../../test/fakes/issuer/memory-cluster.ts'
import { certificateRequestKind } from '../api/certificaterequest.ts'
import { certificateRequestForm as form } from './certificate-request.ts'
import { RequestRunner, type RequestRunnerOptions } from './request-runner.ts'
import { RequestWriter } from './request-writer.ts'

test('what was written stands for the request until the cache has it, and is not kept longer', async () => {
  const cluster = new MemoryCluster()
  const metadata = { name: 'a', namespace: 'shop', uid: 'uid' }
  const spec = { request: 'Q1NS', issuerRef: { name: 'ca' } }
  const before = form.parse(cluster.put(certificateRequestKind, { metadata, spec }))
  const writer = new RequestWriter({ client: cluster.client, form })
  const runner = new RequestRunner({ writer, form } as unknown as RequestRunnerOptions<
    NonNullable<typeof before>
  >)
  if (before === undefined) throw new Error('it cannot be read')
  const options = { nowMs: 0, signal: new AbortController().signal }
  const after = await writer.write(before, { kind: 'initializing' }, options)
  if (after === undefined) throw new Error('nothing was written')

  runner.seen(before)
  expect(writer.newest(before).metadata.resourceVersion).toBe(after.metadata.resourceVersion)
  runner.seen(after)
  expect(writer.newest(before)).toBe(before)
})
