import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFightRecord } from '../../src/externalsecret/fights.ts'
import { driftOf } from '../../src/externalsecret/ownership.ts'
import { dataKeysOf, type SecretFacts, secretFacts } from '../../src/externalsecret/secret-facts.ts'
import { managerOf, type SecretObject, type Target } from '../../src/externalsecret/target.ts'
import { writeTarget } from '../../src/externalsecret/write-target.ts'
import type { Client } from '../../src/kube/client.ts'
import { secretKind } from '../../src/kube/kind.ts'
import { systemClock } from '../../src/std/clock.ts'
import { Failure } from '../../src/std/failure.ts'
import { Redacted } from '../../src/std/redacted.ts'
import { connect } from '../cluster/client.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'

const { signal } = new AbortController()
const namespace = 'target'
let cluster: Cluster
let connection: ReturnType<typeof connect>
let client: Client

// The owners in these tests do not exist, and a garbage collector would take their Secrets away.
beforeAll(async () => {
  cluster = await startCluster({ controllers: false })
  connection = connect(cluster)
  client = connection.client
  await cluster.kubectl('create', 'namespace', namespace)
})
afterAll(async () => {
  await connection[Symbol.asyncDispose]()
  await cluster.stop()
})

function targetWith(
  values: Record<string, string>,
  changes: { name?: string; mayAdopt?: boolean; owner?: string } = {},
) {
  const name = changes.name ?? `secret-${randomUUID().slice(0, 8)}`
  const data = new Map(Object.entries(values).map(([key, text]) => [key, new Redacted(Buffer.from(text))]))
  const owner = {
    apiVersion: 'external-secrets.io/v1',
    name: changes.owner ?? name,
    uid: randomUUID(),
    generation: 1,
    mayAdopt: changes.mayAdopt ?? false,
  }
  return { namespace, name, owner, labels: {}, annotations: {}, data } satisfies Target
}

const ports = () => ({ client, fights: createFightRecord(systemClock) })

function write(target: Target, known?: SecretFacts, using = ports()) {
  return writeTarget(target, known, using, signal)
}

/** What the metadata watch would hold of a Secret. */
async function factsOf(target: Target): Promise<SecretFacts> {
  return secretFacts(await client.get(secretKind, target, { signal, metadataOnly: true }))
}

async function dataOf(target: Target): Promise<Record<string, string>> {
  const secret = await client.get<SecretObject>(secretKind, target, { signal })
  return Object.fromEntries(
    Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  )
}

async function failureOf(attempt: Promise<unknown>): Promise<Failure> {
  const error = await attempt.then(
    () => undefined,
    (it: unknown) => it,
  )
  expect(error).toBeInstanceOf(Failure)
  return error as Failure
}

test('a new Secret is made by one request and shows no drift', async () => {
  const target = targetWith({ user: 'anna', password: 'p1' })

  const written = await write(target)

  expect(written.outcome).toBe('created')
  expect(await dataOf(target)).toEqual({ user: 'anna', password: 'p1' })
  expect(driftOf(target.owner.name, target.owner.uid, await factsOf(target))).toBeUndefined()
})

test('applying the same values again changes nothing, not even the resourceVersion', async () => {
  const target = targetWith({ user: 'anna' })
  const first = await write(target)

  const second = await write(target, await factsOf(target))

  expect(second).toEqual({ outcome: 'unchanged', resourceVersion: first.resourceVersion })
})

test('a key that is no longer wanted goes away', async () => {
  const target = targetWith({ a: '1', b: '2' })
  await write(target)

  await write({ ...target, data: new Map([['a', new Redacted(Buffer.from('1'))]]) }, await factsOf(target))

  expect(await dataOf(target)).toEqual({ a: '1' })
})

test.each([
  ['a changed value', { a: 'b3RoZXI=' }, 'somebody else changed its data'],
  ['an added key', { z: 'bmV3' }, 'somebody else changed its data'],
  ['a removed key', { b: null }, 'keys were taken from its data'],
])('F58: %s is seen in the metadata alone and repaired exactly', async (_, data, drift) => {
  const target = targetWith({ a: '1', b: '2' })
  await write(target)

  await client.mergePatch(secretKind, target, { data }, { fieldManager: 'a-person', signal })
  const facts = await factsOf(target)
  const found = driftOf(target.owner.name, target.owner.uid, facts)
  await write(target, facts)

  expect(found).toBe(drift)
  expect(await dataOf(target)).toEqual({ a: '1', b: '2' })
  expect(driftOf(target.owner.name, target.owner.uid, await factsOf(target))).toBeUndefined()
})

test('a value that somebody applied as stringData is seen and repaired', async () => {
  const target = targetWith({ a: '1' })
  await write(target)
  const object = { metadata: { namespace, name: target.name }, stringData: { a: 'meddled', z: 'x' } }
  await client.apply(secretKind, object, { fieldManager: 'gitops', force: false, signal })
  const facts = await factsOf(target)
  const drift = driftOf(target.owner.name, target.owner.uid, facts)
  await write(target, facts)

  expect(drift).toBe('somebody else changed its data')
  expect(await dataOf(target)).toEqual({ a: '1' })
  expect(driftOf(target.owner.name, target.owner.uid, await factsOf(target))).toBeUndefined()
})

test('labels and annotations that others add are no drift', async () => {
  const target = targetWith({ a: '1' })
  await write(target)

  const metadata = { labels: { team: 'x' }, annotations: { note: 'y' } }
  await client.mergePatch(secretKind, target, { metadata }, { fieldManager: 'a-person', signal })

  expect(driftOf(target.owner.name, target.owner.uid, await factsOf(target))).toBeUndefined()
})

async function foreignSecret(
  target: Target,
  extra: object = {},
  data: Record<string, string> = { theirs: 'eA==' },
) {
  const metadata = { namespace: target.namespace, name: target.name, ...extra }
  await client.create(
    secretKind,
    { apiVersion: 'v1', kind: 'Secret', metadata, data },
    { fieldManager: 'them', signal },
  )
}

test.each([
  ['known to the cache', true, { theirs: 'eA==' }],
  ['not yet known to the cache', false, { theirs: 'eA==' }],
  ['not yet known, with a key of the same name', false, { a: 'eA==' }],
])('F58: a foreign Secret with data is left exactly as it was: %s', async (_, known, data) => {
  const target = targetWith({ a: '1' })
  await foreignSecret(target, {}, data)
  const facts = known ? await factsOf(target) : undefined

  const failed = await failureOf(write(target, facts))

  const after = await client.get<SecretObject>(secretKind, target, { signal })
  expect(failed).toMatchObject({ reason: 'TargetConflict', userMustAct: true })
  expect(failed.message).toContain('keyferry.io/adopt')
  expect(after.data).toEqual(data)
  expect(after.metadata.labels).toBeUndefined()
  expect(after.metadata.ownerReferences).toBeUndefined()
  expect(dataKeysOf(after.metadata.managedFields ?? []).has(managerOf(target))).toBe(false)
})

test.each([true, false])(
  'the annotation takes a foreign Secret over, exactly (known to the cache: %s)',
  async (known) => {
    const target = targetWith({ a: '1' }, { mayAdopt: true })
    await foreignSecret(target)

    await write(target, known ? await factsOf(target) : undefined)

    expect(await dataOf(target)).toEqual({ a: '1' })
  },
)

test('an empty foreign Secret is taken', async () => {
  const target = targetWith({ a: '1' })
  await foreignSecret(target, {}, {})

  await write(target, await factsOf(target))

  expect(await dataOf(target)).toEqual({ a: '1' })
})

test.each([
  ['cert-manager', { annotations: { 'cert-manager.io/certificate-name': 'web' } }],
  ['a ServiceAccount', { annotations: { 'kubernetes.io/service-account.name': 'app' } }],
])('a Secret of %s is never taken, annotation or not', async (_, metadata) => {
  const target = targetWith({ a: '1' }, { mayAdopt: true })
  await foreignSecret(target, metadata)

  const failed = await failureOf(write(target))

  expect(failed.reason).toBe('TargetConflict')
  expect(await dataOf(target)).toEqual({ theirs: 'x' })
})

test('F58, F59: a Secret that another object controls is never taken', async () => {
  const target = targetWith({ a: '1' }, { mayAdopt: true })
  const owner = {
    apiVersion: 'example.com/v1',
    kind: 'Thing',
    name: 'thing',
    uid: randomUUID(),
    controller: true,
  }
  await foreignSecret(target, { ownerReferences: [owner] })

  const failed = await failureOf(write(target, await factsOf(target)))

  expect(failed.message).toContain('controlled by Thing "thing"')
})

test('a Secret of the same ExternalSecret under an older UID is ours', async () => {
  const target = targetWith({ a: '1' })
  await write(target)
  const restored = { ...target, owner: { ...target.owner, uid: randomUUID() }, data: new Map() }

  await write(restored, await factsOf(target))

  const { metadata } = await factsOf(target)
  expect(metadata.ownerReferences?.map((it) => it.uid)).toEqual([restored.owner.uid])
})

test('a Secret that a restore brought back, owner reference and all, is ours', async () => {
  const target = targetWith({ a: '1' })
  const { apiVersion, name } = target.owner
  const reference = { apiVersion, kind: 'ExternalSecret', name, uid: randomUUID(), controller: true }
  await foreignSecret(target, { ownerReferences: [reference] }, { a: 'b2xk' })

  await write(target, await factsOf(target))

  const facts = await factsOf(target)
  expect(facts.metadata.ownerReferences?.map((it) => it.uid)).toEqual([target.owner.uid])
  expect(driftOf(name, target.owner.uid, facts)).toBeUndefined()
  expect(await dataOf(target)).toEqual({ a: '1' })
})

test('a Secret that is taken over with the values it should have shows no drift', async () => {
  const target = targetWith({ a: '1' }, { mayAdopt: true })
  await foreignSecret(target, {}, { a: 'MQ==' })

  await write(target, await factsOf(target))
  const facts = await factsOf(target)
  const again = await write(target, facts)

  expect(driftOf(target.owner.name, target.owner.uid, facts)).toBeUndefined()
  expect(again.outcome).toBe('unchanged')
})

test('F7, F58: a Secret that went behind the cache is made again at once', async () => {
  const target = targetWith({ a: '1' })
  await write(target)
  const stale = await factsOf(target)
  await client.delete(secretKind, target, { signal })

  const written = await write(target, stale)

  expect(written.outcome).toBe('created')
  expect(await dataOf(target)).toEqual({ a: '1' })
})

test('F58: a value of exactly the limit is written', async () => {
  const target = targetWith({ a: 'x'.repeat(1024 * 1024) })

  await expect(write(target)).resolves.toMatchObject({ outcome: 'created' })
})

test('a key that the API server refuses is named, with what to correct', async () => {
  const target = targetWith({ '..dots': '1' })

  const failed = await failureOf(write(target))

  expect(failed).toMatchObject({ reason: 'TargetRejected', userMustAct: true })
  expect(failed.message).toMatch(/refuses data\[\.\.dots\]; correct the keys/)
})

test('F7, F58: a Secret that was replaced behind the cache is not written blindly', async () => {
  const target = targetWith({ a: '1' })
  await write(target)
  const stale = await factsOf(target)
  await client.delete(secretKind, target, { signal })
  await foreignSecret(target)

  const failed = await failureOf(write(target, stale))

  expect(failed.reason).toBe('TargetConflict')
  expect(await dataOf(target)).toEqual({ theirs: 'x' })
})

test('F7, F58: a Secret that is replaced while ours is taken back from it is left as it is', async () => {
  const target = targetWith({ a: '1' })
  await foreignSecret(target)
  let applied = 0
  const meddled: Client = {
    ...client,
    apply: async (...request) => {
      applied++
      if (applied === 2) {
        await client.delete(secretKind, target, { signal })
        await foreignSecret(target)
      }
      return client.apply(...request)
    },
  }

  const failed = await failureOf(write(target, undefined, { ...ports(), client: meddled }))

  expect(failed.reason).toBe('TargetConflict')
  expect(await dataOf(target)).toEqual({ theirs: 'x' })
})

test('F59: two programs that undo each other end in a conflict that stays until the spec changes', async () => {
  const target = targetWith({ a: '1' })
  const shared = ports()
  await write(target, undefined, shared)
  const meddle = async () => {
    await client.mergePatch(secretKind, target, { data: { a: 'b3RoZXI=' } }, { fieldManager: 'them', signal })
    return write(target, await factsOf(target), shared)
  }
  for (let round = 0; round < 5; round++) await meddle()

  const failed = await failureOf(meddle())
  const changed = { ...target, owner: { ...target.owner, generation: 2 } }

  expect(failed.reason).toBe('TargetConflict')
  await expect(write(changed, await factsOf(target), shared)).resolves.toMatchObject({ outcome: 'updated' })
})

test('F58: an immutable Secret gives TargetImmutable and stays', async () => {
  const target = targetWith({ a: '1' })
  await write(target)
  await client.mergePatch(secretKind, target, { immutable: true }, { fieldManager: 'them', signal })
  const changed = { ...target, data: new Map([['a', new Redacted(Buffer.from('2'))]]) }

  const failed = await failureOf(write(changed, await factsOf(target)))

  expect(failed.reason).toBe('TargetImmutable')
  expect(await dataOf(target)).toEqual({ a: '1' })
})

test('F58: data over the limit is refused before anything is sent', async () => {
  const target = targetWith({ a: 'x'.repeat(1024 * 1024 + 1) })

  const failed = await failureOf(write(target))

  expect(failed.reason).toBe('TargetRejected')
  expect(await client.find(secretKind, target, { signal })).toBeUndefined()
})

test('binary values arrive byte for byte', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
  const target = { ...targetWith({}), data: new Map([['blob', new Redacted<Uint8Array>(bytes)]]) }

  await write(target)

  const secret = await client.get<SecretObject>(secretKind, target, { signal })
  expect(Buffer.from(secret.data?.['blob'] ?? '', 'base64')).toEqual(bytes)
})

test('F7, F25: a write that is late loses: the Secret has changed since the cache saw it', async () => {
  const target = targetWith({ a: 'one' })
  await write(target)
  const seenByOldLeader = await factsOf(target)
  await write({ ...target, data: new Map([['a', new Redacted(Buffer.from('new'))]]) }, seenByOldLeader)
  const notLeading = () => Promise.reject(new Error('this process does not lead'))

  const late = write(
    { ...target, data: new Map([['a', new Redacted(Buffer.from('old'))]]) },
    seenByOldLeader,
    {
      ...ports(),
      client: { ...client, find: notLeading },
    },
  )

  await expect(late).rejects.toThrow('does not lead')
  expect(await dataOf(target)).toEqual({ a: 'new' })
})
