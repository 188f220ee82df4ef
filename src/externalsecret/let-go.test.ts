import { beforeEach, describe, expect, test, vi } from 'vitest'
import { ReconcileBench } from '../../test/fakes/secrets/reconcile-bench.ts'
import type { Client } from '../kube/client.ts'
import { ApiError } from '../kube/errors.ts'
import type { KubeObject } from '../kube/object.ts'

const peer = 'externalsecrets.external-secrets.io/externalsecret-cleanup'

let bench: ReconcileBench
let live: KubeObject | undefined
const jsonPatch = vi.fn<() => Promise<object>>()

beforeEach(() => {
  bench = new ReconcileBench()
  live = going('somebody.example/else', peer)
  jsonPatch.mockReset().mockResolvedValue({})
})

function going(...finalizers: string[]): typeof bench.object {
  const { object } = bench
  return {
    ...object,
    metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers },
  }
}

function reconcile(object = going('somebody.example/else', peer), isServedByAnother = false) {
  const client = { ...bench.ports.client, find: () => Promise.resolve(live), jsonPatch } as Client
  return bench.reconcile(object, { ...bench.ports, client, isServedByAnother: () => isServedByAnother })
}

describe("an ExternalSecret with ESO's finalizer that is deleted", () => {
  test('is let go, and the finalizers of others stay', async () => {
    expect(await reconcile()).toMatchObject({ kind: 'ignored' })
    expect(jsonPatch.mock.calls).toMatchObject([
      [
        { kind: 'ExternalSecret' },
        { name: 'db' },
        [
          { op: 'test', path: '/metadata/finalizers/1', value: peer },
          { op: 'remove', path: '/metadata/finalizers/1' },
        ],
        {},
      ],
    ])
  })

  test('is let go when somebody changes its finalizers at the same time', async () => {
    jsonPatch.mockRejectedValueOnce(new ApiError('another list', { status: 422, reason: 'Invalid' }))
    await reconcile()

    expect(jsonPatch).toHaveBeenCalledTimes(2)
  })

  test.each([
    ['is gone meanwhile', () => undefined],
    [
      'was made anew meanwhile',
      () => ({ ...live, metadata: { name: 'db', uid: 'other', finalizers: [peer] } }),
    ],
    ['was let go by ESO itself', () => going('somebody.example/else')],
  ])('is left alone when it %s', async (_, now) => {
    live = now()
    await reconcile()

    expect(jsonPatch).not.toHaveBeenCalled()
  })

  test('is left to the controller that serves its store', async () => {
    await reconcile(undefined, true)

    expect(jsonPatch).not.toHaveBeenCalled()
  })

  test('says what to do when the API server forbids it', async () => {
    jsonPatch.mockRejectedValue(new ApiError('no', { status: 403, reason: 'Forbidden' }))

    await expect(reconcile()).rejects.toMatchObject({
      reason: 'AccessDenied',
      message: expect.stringMatching(/grant patch on externalsecrets, or take it off by hand$/),
    })
  })
})

test('an ExternalSecret that is not deleted keeps the finalizer of ESO', async () => {
  const { deletionTimestamp: _, ...metadata } = going(peer).metadata
  live = { ...bench.object, metadata }
  await reconcile({ ...bench.object, metadata }).catch(() => undefined)

  expect(jsonPatch).not.toHaveBeenCalled()
})
