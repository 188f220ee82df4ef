import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { externalSecretKind } from '../../src/api/externalsecret.ts'
import { createFightRecord } from '../../src/externalsecret/fights.ts'
import { mergeDriftOf } from '../../src/externalsecret/ownership.ts'
import type { WritingPolicy } from '../../src/externalsecret/policies.ts'
import { secretFacts } from '../../src/externalsecret/secret-facts.ts'
import type { SecretObject, Target } from '../../src/externalsecret/target.ts'
import { writeTarget } from '../../src/externalsecret/write-target.ts'
import type { Client } from '../../src/kube/client.ts'
import { secretKind } from '../../src/kube/kind.ts'
import { systemClock } from '../../src/std/clock.ts'
import { Failure } from '../../src/std/failure.ts'
import { Redacted } from '../../src/std/redacted.ts'
import { awaitCrds } from '../cluster/await-crds.ts'
import { connect } from '../cluster/client.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'

const { signal } = new AbortController()
const namespace = 'policies'
let cluster: Cluster
let connection: ReturnType<typeof connect>
let client: Client

// The owners in these tests do not exist, and a garbage collector would take their Secrets away.
beforeAll(async () => {
  cluster = await startCluster({ controllers: false })
  connection = connect(cluster)
  client = connection.client
  await cluster.kubectl('create', 'namespace', namespace)
  await cluster.kubectl('apply', '--server-side', '-f', join(import.meta.dirname, '../../config/crd'))
  await awaitCrds((...args) => cluster.kubectl(...args))
})
afterAll(async () => {
  await connection[Symbol.asyncDispose]()
  await cluster.stop()
})

function dataOf(values: Record<string, string>): Target['data'] {
  return new Map(Object.entries(values).map(([key, text]) => [key, new Redacted(Buffer.from(text))]))
}

function targetWith(
  policy: WritingPolicy,
  values: Record<string, string>,
  changes: Partial<Target> = {},
): Target {
  const name = changes.name ?? `secret-${randomUUID().slice(0, 8)}`
  const owner = {
    apiVersion: 'external-secrets.io/v1',
    name: `es-of-${name}`,
    uid: randomUUID(),
    generation: 1,
    mayAdopt: false,
  }
  return { namespace, name, owner, policy, labels: {}, annotations: {}, data: dataOf(values), ...changes }
}

const ports = () => ({ client, fights: createFightRecord(systemClock) })

/** Writes with what the metadata watch would hold now. */
async function write(target: Target, using = ports()) {
  const live = await client.find(secretKind, target, { signal, metadataOnly: true })
  return writeTarget(target, live === undefined ? undefined : secretFacts(live), using, signal)
}

const read = (target: Target) => client.get<SecretObject>(secretKind, target, { signal })
const factsOf = async (target: Target) =>
  secretFacts(await client.get(secretKind, target, { signal, metadataOnly: true }))

async function textsOf(target: Target): Promise<Record<string, string>> {
  const { data = {} } = await read(target)
  return Object.fromEntries(
    Object.entries(data).map(([key, it]) => [key, Buffer.from(it, 'base64').toString()]),
  )
}

async function theirs(
  target: Target,
  data: Record<string, string>,
  extra: { type?: string; metadata?: object; by?: string } = {},
) {
  const { type = 'Opaque', metadata = {}, by = 'them' } = extra
  const values = Object.fromEntries(
    Object.entries(data).map(([key, it]) => [key, Buffer.from(it).toString('base64')]),
  )
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: target.name, ...metadata },
    type,
    data: values,
  }
  await client.create(secretKind, object, { fieldManager: by, signal })
}

/** The ExternalSecret behind a target, on the API server. */
async function exist({ name, owner }: Target): Promise<void> {
  const data = [{ secretKey: 'a', remoteRef: { key: 'a' } }]
  const spec = { secretStoreRef: { name: 'main' }, target: { name }, data }
  const object = {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { namespace, name: owner.name },
    spec,
  }
  await client.apply(externalSecretKind, object, { fieldManager: 'them', force: true, signal })
}

const change = (target: Target, patch: object) =>
  client.mergePatch(secretKind, target, patch, { fieldManager: 'them', signal })

async function failureOf(attempt: Promise<unknown>): Promise<Failure> {
  const error = await attempt.then(
    () => undefined,
    (it: unknown) => it,
  )
  expect(error).toBeInstanceOf(Failure)
  return error as Failure
}

describe.each(['Merge', 'CreateOrMerge'] as const)('%s', (policy) => {
  test('adds keys to a Secret that exists, and keeps the keys, labels and owners of others', async () => {
    const target = targetWith(policy, { a: '1' }, { labels: { ours: 'x' } })
    const pod = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: randomUUID(), controller: true }
    await theirs(target, { b: '2' }, { metadata: { labels: { theirs: 'y' }, ownerReferences: [pod] } })

    expect(await write(target)).toMatchObject({ outcome: 'updated' })

    const { metadata } = await read(target)
    expect(await textsOf(target)).toEqual({ a: '1', b: '2' })
    expect(metadata.labels).toEqual({
      ours: 'x',
      theirs: 'y',
      'reconcile.external-secrets.io/managed': 'true',
    })
    expect(metadata.ownerReferences).toEqual([pod])
    expect(mergeDriftOf(target.owner.name, await factsOf(target))).toBeUndefined()
  })

  test('keeps keys that nobody owns: an apply of stringData leaves such ones', async () => {
    const target = targetWith(policy, { a: '1' })
    const object = { metadata: { namespace, name: target.name }, stringData: { b: '2' } }
    await client.apply(secretKind, object, { fieldManager: 'gitops', force: false, signal })
    await write(target)

    expect(await textsOf(target)).toEqual({ a: '1', b: '2' })
    expect(await failureOf(write({ ...target, policy: 'Owner' }))).toMatchObject({ reason: 'TargetConflict' })
    expect(await textsOf(target)).toEqual({ a: '1', b: '2' })
  })

  test('sees and mends a key of its own that somebody applied as stringData', async () => {
    const target = targetWith(policy, { a: '1' })
    await theirs(target, { b: '2' })
    await write(target)
    const object = { metadata: { namespace, name: target.name }, stringData: { a: 'meddled', c: '3' } }
    await client.apply(secretKind, object, { fieldManager: 'gitops', force: false, signal })
    const drift = async () => mergeDriftOf(target.owner.name, await factsOf(target))

    expect(await drift()).toBe('our keys in it were changed or taken away')
    await write(target)
    expect(await textsOf(target)).toEqual({ a: '1', b: '2', c: '3' })
    expect(await drift()).toBeUndefined()
    expect(await write(target)).toMatchObject({ outcome: 'unchanged' })
  })

  test('writes nothing when nothing changed', async () => {
    const target = targetWith(policy, { a: '1' })
    await theirs(target, { b: '2' })
    const { resourceVersion } = await write(target)

    expect(await write(target)).toEqual({ outcome: 'unchanged', resourceVersion })
  })

  test('takes out the keys, labels and annotations that we once wrote and want no more, and no others', async () => {
    const target = targetWith(policy, { a: '1', c: '3' }, { labels: { l: 'x' }, annotations: { n: 'x' } })
    await theirs(target, { b: '2' })
    await write(target)
    await write({ ...target, data: dataOf({ a: '1' }), labels: {}, annotations: {} })

    const { metadata } = await read(target)
    expect(await textsOf(target)).toEqual({ a: '1', b: '2' })
    expect(metadata.labels?.['l']).toBeUndefined()
    expect(metadata.annotations?.['n']).toBeUndefined()
  })

  test('takes a key that it names from whoever wrote it, as with ESO', async () => {
    const target = targetWith(policy, { a: 'new' })
    await theirs(target, { a: 'old', b: '2' })
    await write(target)

    expect(await textsOf(target)).toEqual({ a: 'new', b: '2' })
    expect((await factsOf(target)).dataKeys.get('them')).toEqual(['b'])
  })

  test('sees a key of its own that somebody changed or took away, and nothing else', async () => {
    const target = targetWith(policy, { a: '1' })
    await theirs(target, { b: '2' })
    await write(target)
    const drift = async () => mergeDriftOf(target.owner.name, await factsOf(target))

    await change(target, { data: { b: 'Mg==', d: 'NA==' }, metadata: { labels: { x: 'y' } } })
    expect(await drift()).toBeUndefined()
    await change(target, { data: { a: 'bWVkZGxlZA==' } })
    expect(await drift()).toBe('our keys in it were changed or taken away')
    await write(target)
    expect(await textsOf(target)).toMatchObject({ a: '1', d: '4' })
    await change(target, { data: { a: null } })
    expect(await drift()).toBe('our keys in it were changed or taken away')
  })

  test('two ExternalSecrets share a Secret while their keys differ; of one key the first keeps it', async () => {
    const first = targetWith(policy, { a: '1' })
    const second = targetWith(policy, { c: '3' }, { name: first.name })
    const other = { ...second, owner: { ...second.owner, name: 'another-es' } }
    await theirs(first, { b: '2' })
    await write(first)
    await write(other)
    await exist(first)

    expect(await textsOf(first)).toEqual({ a: '1', b: '2', c: '3' })
    expect(await write(first)).toMatchObject({ outcome: 'unchanged' })
    expect(await write(other)).toMatchObject({ outcome: 'unchanged' })
    const failed = await failureOf(write({ ...other, data: dataOf({ a: 'mine' }) }))
    expect(failed).toMatchObject({ reason: 'TargetConflict' })
    expect(failed.message).toContain('key "a"')
    expect(await textsOf(first)).toMatchObject({ a: '1' })
  })

  test('a key of an ExternalSecret that is gone, or has another target now, is for who wants it', async () => {
    const first = targetWith(policy, { a: '1' })
    const second = { ...first, owner: { ...first.owner, name: 'successor' }, data: dataOf({ a: '2' }) }
    await theirs(first, { b: '2' })
    await write(first)
    await write(second)

    expect(await textsOf(first)).toEqual({ a: '2', b: '2' })
    await exist({ ...second, name: 'elsewhere' })
    await write(first)
    expect(await textsOf(first)).toEqual({ a: '1', b: '2' })
  })

  test('gives up a key that two programs want after five rounds', async () => {
    const target = targetWith(policy, { a: '1' })
    await theirs(target, { b: '2' })
    const shared = ports()
    await write(target, shared)
    const meddle = async () => {
      await change(target, { data: { a: 'eA==' } })
      return write(target, shared)
    }
    for (let round = 0; round < 5; round++) await meddle()

    expect(await failureOf(meddle())).toMatchObject({ reason: 'TargetConflict' })
  })

  test.each([
    [
      'a ServiceAccount token',
      { metadata: { annotations: { 'kubernetes.io/service-account.name': 'default' } } },
    ],
    ['a bootstrap token', { type: 'bootstrap.kubernetes.io/token' }],
    ['a Helm release', { type: 'helm.sh/release.v1' }],
    ["cert-manager's", { metadata: { annotations: { 'cert-manager.io/certificate-name': 'web' } } }],
    [
      'owned by another ExternalSecret',
      {
        metadata: {
          ownerReferences: [
            { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'x', uid: randomUUID() },
          ],
        },
      },
    ],
  ])('leaves alone what is %s, whether the cache knows it or not', async (_, extra) => {
    const target = targetWith(
      policy,
      { a: '1' },
      { owner: { ...targetWith(policy, {}).owner, mayAdopt: true } },
    )
    await theirs(target, { b: '2' }, extra)

    expect(await failureOf(write(target))).toMatchObject({ reason: 'TargetConflict' })
    expect(await failureOf(writeTarget(target, undefined, ports(), signal))).toMatchObject({
      reason: 'TargetConflict',
    })
    expect(await textsOf(target)).toEqual({ b: '2' })
  })

  test('says that it is too much together with the keys of others, and changes nothing', async () => {
    const target = targetWith(policy, { a: 'x'.repeat(600 * 1024) })
    await theirs(target, { b: 'y'.repeat(600 * 1024) })

    const failed = await failureOf(write(target))

    expect(failed).toMatchObject({ reason: 'TargetRejected' })
    expect(Object.keys(await textsOf(target))).toEqual(['b'])
  })

  test('takes over what ESO merged, and takes out what ESO had merged and is wanted no more', async () => {
    const target = targetWith(policy, { a: '1' })
    const labels = { 'reconcile.external-secrets.io/managed': 'true' }
    await theirs(target, { b: '2' }, { metadata: { labels } })
    const eso = { fieldManager: `externalsecrets.external-secrets.io/${target.owner.name}`, signal }
    await client.mergePatch(secretKind, target, { data: { a: 'MQ==', c: 'Mw==' } }, eso)
    await write(target)

    expect(await textsOf(target)).toEqual({ a: '1', b: '2' })
    expect([...(await factsOf(target)).dataKeys.keys()].toSorted()).toEqual(
      ['them', `keyferry.io/externalsecret/${target.owner.name}`].toSorted(),
    )
  })
})

test('Merge makes no Secret, not even when the cache shows one that is gone', async () => {
  const target = targetWith('Merge', { a: '1' })
  await theirs(target, { b: '2' })
  const stale = await factsOf(target)
  await client.delete(secretKind, target, { signal })

  await expect(writeTarget(target, stale, ports(), signal)).rejects.toThrow('comes and goes')
  await expect(writeTarget(target, undefined, ports(), signal)).rejects.toThrow('comes and goes')
  expect(await client.find(secretKind, target, { signal })).toBeUndefined()
})

test('CreateOrMerge makes a Secret that nobody owns, and adds to one that the cache does not know', async () => {
  const made = targetWith('CreateOrMerge', { a: '1' })
  const there = targetWith('CreateOrMerge', { a: '1' })
  await theirs(there, { b: '2' })

  expect(await write(made)).toMatchObject({ outcome: 'created' })
  expect((await read(made)).metadata.ownerReferences).toBeUndefined()
  expect(await writeTarget(there, undefined, ports(), signal)).toMatchObject({ outcome: 'updated' })
  expect(await textsOf(there)).toEqual({ a: '1', b: '2' })
})

test('Orphan makes an exact Secret that nobody owns, and takes none that holds data of others', async () => {
  const target = targetWith('Orphan', { a: '1' })
  await write(target)
  await change(target, { data: { z: 'eA==' } })
  await write(target)
  const foreign = targetWith('Orphan', { a: '1' })
  await theirs(foreign, { b: '2' })

  expect((await read(target)).metadata.ownerReferences).toBeUndefined()
  expect(await textsOf(target)).toEqual({ a: '1' })
  expect(await failureOf(write(foreign))).toMatchObject({ reason: 'TargetConflict' })
  expect(await textsOf(foreign)).toEqual({ b: '2' })
})

test('Orphan takes over what ESO wrote for it, which has neither owner nor label of one', async () => {
  const target = targetWith('Orphan', { a: '1' })
  const metadata = { labels: { 'reconcile.external-secrets.io/managed': 'true' } }
  const eso = `externalsecrets.external-secrets.io/${target.owner.name}`
  await theirs(target, { a: '0', stale: '0' }, { metadata, by: eso })
  const mixed = targetWith('Orphan', { a: '1' })
  await theirs(mixed, { a: '0' }, { metadata, by: `externalsecrets.external-secrets.io/${mixed.owner.name}` })
  await change(mixed, { data: { b: 'Mg==' } })
  await write(target)

  expect(await textsOf(target)).toEqual({ a: '1' })
  expect([...(await factsOf(target)).dataKeys.keys()]).toEqual([
    `keyferry.io/externalsecret/${target.owner.name}`,
  ])
  expect(await failureOf(write(mixed))).toMatchObject({ reason: 'TargetConflict' })
  expect(await textsOf(mixed)).toEqual({ a: '0', b: '2' })
})

describe('a policy that changes', () => {
  const policies = ['Owner', 'Orphan', 'Merge', 'CreateOrMerge'] as const
  const routes = policies
    .flatMap((from) => policies.map((to) => [from, to] as const))
    .filter(([a, b]) => a !== b)

  test.each(routes)(
    'from %s to %s gives the Secret that a new one would have, and back again',
    async (from, to) => {
      const fresh = async (policy: WritingPolicy) => {
        const target = targetWith(policy, { a: '1' })
        if (policy === 'Merge') await theirs(target, {})
        await write(target)
        return shapeOf(target)
      }
      const target = targetWith(from, { a: '1' })
      if (from === 'Merge') await theirs(target, {})
      await write(target)
      await write({ ...target, policy: to })
      const moved = await shapeOf({ ...target, policy: to })
      await write(target)

      expect(moved).toEqual(await fresh(to))
      expect(await shapeOf(target)).toEqual(await fresh(from))
    },
  )

  test('to Owner does not take a Secret from those whose keys it was merged with', async () => {
    const target = targetWith('Merge', { a: '1' })
    await theirs(target, { b: '2' })
    await write(target)

    expect(await failureOf(write({ ...target, policy: 'Owner' }))).toMatchObject({ reason: 'TargetConflict' })
    expect(await textsOf(target)).toEqual({ a: '1', b: '2' })
  })

  test('from Owner takes off a reference that a restore had left, too', async () => {
    const target = targetWith('Owner', { a: '1' })
    await write(target)
    const moved = { ...target, owner: { ...target.owner, uid: randomUUID() } }
    await write(moved)
    await write({ ...moved, policy: 'Orphan' })

    expect((await read(target)).metadata.ownerReferences).toBeUndefined()
  })
})

/** What of a Secret does not depend on its name. */
async function shapeOf(target: Target): Promise<object> {
  const { metadata, data, type, immutable } = await read(target)
  const references = metadata.ownerReferences?.map((it) => ({
    ...it,
    name: '',
    uid: it.uid === target.owner.uid ? 'ours' : it.uid,
  }))
  const keys = (values: object = {}) =>
    Object.keys(values)
      .map((it) => it.replace(/of\.\w+$/, 'of.it'))
      .toSorted()
  return {
    data,
    type,
    immutable,
    references,
    labels: keys(metadata.labels),
    annotations: keys(metadata.annotations),
  }
}

describe('immutable', () => {
  test('data is written once; labels change, and a new value is TargetImmutable', async () => {
    const target = targetWith('Owner', { a: '1' }, { immutable: true })
    await write(target)
    expect(await write(target)).toMatchObject({ outcome: 'unchanged' })
    expect(await write({ ...target, labels: { l: 'x' } })).toMatchObject({ outcome: 'updated' })

    const failed = await failureOf(write({ ...target, labels: { l: 'y' }, data: dataOf({ a: '2', b: '3' }) }))

    const { immutable, metadata } = await read(target)
    expect(failed).toMatchObject({ reason: 'TargetImmutable', userMustAct: true })
    expect(await textsOf(target)).toEqual({ a: '1' })
    expect([immutable, metadata.labels?.['l']]).toEqual([true, 'y'])
    expect(await write({ ...target, labels: { l: 'y' } })).toMatchObject({ outcome: 'unchanged' })
  })

  test('what becomes immutable keeps the data that it has, as with ESO', async () => {
    const target = targetWith('Owner', { a: '1' })
    await write(target)
    const failed = await failureOf(write({ ...target, immutable: true, data: dataOf({ a: '2' }) }))

    expect(failed).toMatchObject({ reason: 'TargetImmutable' })
    expect(await textsOf(target)).toEqual({ a: '1' })
    expect((await read(target)).immutable).toBe(true)
  })

  test('cannot be taken back: the Secret stays, and is in order while its data is as it should be', async () => {
    const target = targetWith('Owner', { a: '1' }, { immutable: true })
    await write(target)
    const { immutable: _, ...mutable } = target

    expect(await write({ ...mutable, labels: { l: 'x' } })).toMatchObject({ outcome: 'updated' })
    expect(await write({ ...mutable, labels: { l: 'x' } })).toMatchObject({ outcome: 'unchanged' })
    expect(await failureOf(write({ ...mutable, data: dataOf({ a: '2' }) }))).toMatchObject({
      reason: 'TargetImmutable',
    })
  })

  test('a Secret that was deleted is made anew, with the new data', async () => {
    const target = targetWith('Owner', { a: '1' }, { immutable: true })
    await write(target)
    await client.delete(secretKind, target, { signal })
    await write({ ...target, data: dataOf({ a: '2' }) })

    expect(await textsOf(target)).toEqual({ a: '2' })
  })

  test('an ExternalSecret that is made anew keeps the immutable data of before', async () => {
    const target = targetWith('Owner', { a: '1' }, { immutable: true })
    await write(target)
    const again = { ...target, owner: { ...target.owner, uid: randomUUID() }, data: dataOf({ a: '2' }) }

    expect(await failureOf(write(again))).toMatchObject({ reason: 'TargetImmutable' })
    expect(await textsOf(target)).toEqual({ a: '1' })
    expect((await read(target)).metadata.ownerReferences?.map((it) => it.uid)).toEqual([again.owner.uid])
  })

  test.each(['Orphan', 'CreateOrMerge', 'Merge'] as const)(
    'with %s keeps its data and those of others',
    async (policy) => {
      const target = targetWith(policy, { a: '1' }, { immutable: true })
      if (policy === 'Merge') await theirs(target, { b: '2' })
      await write(target)

      expect(await write(target)).toMatchObject({ outcome: 'unchanged' })
      expect(await failureOf(write({ ...target, data: dataOf({ a: '2' }) }))).toMatchObject({
        reason: 'TargetImmutable',
      })
      expect(await textsOf(target)).toEqual(policy === 'Merge' ? { a: '1', b: '2' } : { a: '1' })
    },
  )

  test('a Secret that is adopted is written once, and then immutable', async () => {
    const target = targetWith('Owner', { a: '1' }, { immutable: true })
    await theirs(target, { b: '2' })
    await write({ ...target, owner: { ...target.owner, mayAdopt: true } })

    expect((await read(target)).immutable).toBe(true)
  })
})
