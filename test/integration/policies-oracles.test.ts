import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExternalSecret, ExternalSecretSpec } from '../../src/api/externalsecret.ts'
import { failure } from '../../src/api/reason.ts'
import { createFightRecord } from '../../src/externalsecret/fights.ts'
import { Hints } from '../../src/externalsecret/hints.ts'
import type { Ports } from '../../src/externalsecret/ports.ts'
import { createReconcile } from '../../src/externalsecret/reconcile.ts'
import { type SecretFacts, secretFacts } from '../../src/externalsecret/secret-facts.ts'
import type { SecretObject } from '../../src/externalsecret/target.ts'
import { createVanishRecord } from '../../src/externalsecret/vanish-record.ts'
import type { Client } from '../../src/kube/client.ts'
import { secretKind } from '../../src/kube/kind.ts'
import { IndexedStore } from '../../src/runtime/indexed-store.ts'
import type { Done } from '../../src/runtime/reconcile.ts'
import { Failure } from '../../src/std/failure.ts'
import { createLog } from '../../src/std/log.ts'
import { Redacted } from '../../src/std/redacted.ts'
import type { ItemRequest, Provider } from '../../src/store/provider.ts'
import { render } from '../../src/template/render.ts'
import { connect } from '../cluster/client.ts'
import { type Cluster, startCluster } from '../cluster/cluster.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { quietLeasePorts } from '../fakes/secrets/lease-ports.ts'

// The oracles of Acto (SOSP 2023): a state is reached however one comes to it, and a mistake that is taken back was
// none. Whole reconciles against a real API server, with the provider in memory.

const { signal } = new AbortController()
let cluster: Cluster
let connection: ReturnType<typeof connect>
let client: Client
let runs = 0

beforeAll(async () => {
  cluster = await startCluster({ controllers: false })
  connection = connect(cluster)
  client = connection.client
  for (const it of ['moved', 'fresh']) await cluster.kubectl('create', 'namespace', it)
})
afterAll(async () => {
  await connection[Symbol.asyncDispose]()
  await cluster.stop()
})

const items = new Map([
  ['/plain', 'of-plain'],
  ['/other', 'of-other'],
  ['/json', '{"user":"anna","nested":{"port":5432}}'],
  ['/base64', 'aGVsbG8='],
])

const provider: Provider = {
  check: () => Promise.resolve(),
  read: (requests) => Promise.resolve(requests.map((it) => outcomeOf(it))),
  find: () => Promise.resolve([{ key: '/found', value: { text: new Redacted('of-found') } }]),
}

function outcomeOf({ key, part }: ItemRequest) {
  const text = part === 'tags' ? '["a"]' : items.get(key)
  if (text !== undefined) return { ok: true as const, value: { text: new Redacted(text) } }
  return { ok: false as const, failure: failure('NotFound', `Cannot read item "${key}"`) }
}

/** One ExternalSecret, its reconciler and the metadata watch, brought up to date before each step. */
class Subject {
  readonly #clock = new ManualClock()
  readonly #facts = new IndexedStore<SecretFacts>()
  readonly #ports: Ports = {
    client,
    fights: createFightRecord(this.#clock),
    isServedByAnother: () => false,
    openStore: () => ({ title: 'SecretStore main', version: 's/1', provider }),
    secrets: this.#facts,
    configMaps: new IndexedStore(),
    render,
    memories: new Map(),
    vanishing: createVanishRecord(),
    hints: new Hints(),
    clock: this.#clock,
    features: { rolloutRestart: true },
    startedAtMs: this.#clock.now(),
    ...quietLeasePorts(),
  }
  #object: ExternalSecret

  constructor(namespace: string, name: string) {
    this.#object = { metadata: { namespace, name, uid: randomUUID(), generation: 0 }, spec: {} }
  }

  /** Makes the spec this, an hour later, and reconciles. */
  async become(spec: ExternalSecretSpec): Promise<void> {
    const { metadata } = this.#object
    const isSame = JSON.stringify(spec) === JSON.stringify(this.#object.spec)
    const generation = (metadata.generation ?? 0) + (isSame ? 0 : 1)
    this.#object = { ...this.#object, metadata: { ...metadata, generation }, spec }
    this.#clock.advance(3_600_000)
    await this.#look()
    const verdict = await createReconcile(this.#ports)(this.#object, this.#context())
    if (verdict.kind === 'done') this.#tell(verdict)
  }

  /** As `become`, where it cannot be done; gives the error. */
  async fail(spec: ExternalSecretSpec): Promise<unknown> {
    const error = await this.become(spec).catch((it: unknown) => it)
    const { status, metadata } = this.#object
    const ready = { type: 'Ready', status: 'False' as const, reason: 'Failed' }
    const conditions = [{ ...ready, observedGeneration: metadata.generation ?? 0 }]
    this.#object = { ...this.#object, status: { ...status, conditions } }
    return error
  }

  /** The Secret that it asks for, less what only tells where and when it was made. */
  async secret(): Promise<object | undefined> {
    const found = await this.live()
    if (found === undefined) return undefined
    const { metadata, data, type, immutable } = found
    const { 'reconcile.external-secrets.io/created-by': createdBy, ...labels } = metadata.labels ?? {}
    const owners = metadata.ownerReferences?.map((it) => ({
      ...it,
      uid: it.uid === this.#object.metadata.uid,
    }))
    return {
      data,
      type,
      immutable,
      owners,
      labels,
      isMarked: createdBy !== undefined,
      annotations: metadata.annotations,
    }
  }

  live(): Promise<SecretObject | undefined> {
    const { metadata, spec } = this.#object
    const name = spec.target?.name ?? metadata.name
    return client.find<SecretObject>(secretKind, { namespace: metadata.namespace, name }, { signal })
  }

  async #look(): Promise<void> {
    for (const { metadata } of Array.from(this.#facts.list()))
      this.#facts.delete(`${metadata.namespace}/${metadata.name}`)
    const { namespace = '' } = this.#object.metadata
    const { items: seen } = await client.list<SecretObject>(secretKind, {
      namespace,
      metadataOnly: true,
      signal,
    })
    for (const it of seen) this.#facts.put(secretFacts(it))
  }

  #tell({ fields, reason }: Done<object>): void {
    const generation = this.#object.metadata.generation ?? 0
    const conditions = [{ type: 'Ready', status: 'True' as const, reason, observedGeneration: generation }]
    this.#object = { ...this.#object, status: { ...fields, observedGeneration: generation, conditions } }
  }

  #context() {
    const { namespace = '', name } = this.#object.metadata
    const checkpoint = () => Promise.resolve()
    return { key: `${namespace}/${name}`, signal, log: createLog('silent'), failures: 0, checkpoint }
  }
}

type Target = NonNullable<ExternalSecretSpec['target']>
type Entry = NonNullable<ExternalSecretSpec['data']>[number]

const plain: Entry = { secretKey: 'plain', remoteRef: { key: '/plain' } }

function specOf(
  target: Target = {},
  data: readonly Entry[] = [plain],
  rest: ExternalSecretSpec = {},
): ExternalSecretSpec {
  return { secretStoreRef: { name: 'main' }, data: [...data], target, ...rest }
}

const withTemplate = (template: NonNullable<Target['template']>) => specOf({ template })
const withRef = (ref: object) =>
  specOf({}, [plain, { secretKey: 'it', remoteRef: { key: '/plain', ...ref } }])

/** Two values or more of each field; the first of each is what a spec has that does not name it. */
const fields: Readonly<Record<string, readonly ExternalSecretSpec[]>> = {
  'target.name': [specOf(), specOf({ name: 'NAME-b' })],
  'target.creationPolicy': [
    specOf(),
    specOf({ creationPolicy: 'Owner' }),
    specOf({ creationPolicy: 'Orphan' }),
    specOf({ creationPolicy: 'CreateOrMerge' }),
  ],
  'target.deletionPolicy': [
    specOf(),
    specOf({ deletionPolicy: 'Delete' }),
    specOf({ deletionPolicy: 'Merge' }),
  ],
  'target.template': [specOf(), withTemplate({}), withTemplate({ engineVersion: 'v2' })],
  'target.template.data': [
    withTemplate({ data: { a: '{{ .plain }}' } }),
    withTemplate({ data: { b: '{{ .plain }}' } }),
    withTemplate({ data: { a: 'x' } }),
  ],
  'target.template.mergePolicy': [
    withTemplate({ data: { a: '1' } }),
    withTemplate({ data: { a: '1' }, mergePolicy: 'Merge' }),
    withTemplate({ data: { a: '1' }, mergePolicy: 'Replace' }),
  ],
  'target.template.metadata.labels': [
    withTemplate({}),
    withTemplate({ metadata: { labels: { l: 'x' } } }),
    withTemplate({ metadata: { labels: { l: 'y', m: '{{ .plain }}' } } }),
  ],
  'target.template.metadata.annotations': [
    withTemplate({}),
    withTemplate({ metadata: { annotations: { n: 'x y' } } }),
    withTemplate({ metadata: { annotations: { o: '{{ .plain }}' } } }),
  ],
  'target.template.templateFrom': [
    specOf(),
    withTemplate({ templateFrom: [{ literal: 'a: {{ .plain }}' }] }),
    withTemplate({ templateFrom: [{ literal: 'a: b', target: 'Labels' }] }),
    withTemplate({ templateFrom: [{ literal: 'a: aGk=', valuesDecodingStrategy: 'Base64' }] }),
  ],
  'data[].secretKey': [specOf(), specOf({}, [{ ...plain, secretKey: 'other' }])],
  'data[] more and fewer': [specOf(), specOf({}, [plain, { ...plain, secretKey: 'more' }])],
  'data[].remoteRef.key': [withRef({}), withRef({ key: '/other' })],
  'data[].remoteRef.property': [
    withRef({ key: '/json' }),
    withRef({ key: '/json', property: 'nested.port' }),
  ],
  'data[].remoteRef.metadataPolicy': [
    withRef({}),
    withRef({ metadataPolicy: 'Fetch' }),
    withRef({ metadataPolicy: 'None' }),
  ],
  'data[].remoteRef.decodingStrategy': [
    withRef({ key: '/base64' }),
    withRef({ key: '/base64', decodingStrategy: 'Base64' }),
  ],
  'data[].remoteRef.conversionStrategy': [withRef({}), withRef({ conversionStrategy: 'Unicode' })],
  'data[].remoteRef.nullBytePolicy': [withRef({}), withRef({ nullBytePolicy: 'Fail' })],
  'dataFrom[].extract': [
    specOf(),
    specOf({}, [plain], { dataFrom: [{ extract: { key: '/json' } }] }),
    specOf({}, [], { dataFrom: [{ extract: { key: '/json', property: 'nested' } }] }),
  ],
  'dataFrom[].find': [specOf(), specOf({}, [plain], { dataFrom: [{ find: { name: { regexp: 'found' } } }] })],
  refreshPolicy: [specOf(), specOf({}, [plain], { refreshPolicy: 'OnChange' })],
}

/** Mistakes that a sync finds out. */
const mistakes: Readonly<Record<string, ExternalSecretSpec>> = {
  'target.creationPolicy that cannot go with deletionPolicy': specOf({
    creationPolicy: 'Merge',
    deletionPolicy: 'Delete',
  }),
  'target.manifest': specOf({ manifest: { apiVersion: 'v1', kind: 'ConfigMap' } }),
  'target.template.type of another kind': withTemplate({ type: 'kubernetes.io/basic-auth' }),
  'target.template.type that is refused': withTemplate({ type: 'helm.sh/release.v1' }),
  'target.template.data that does not parse': withTemplate({ data: { a: '{{ .plain' } }),
  'target.template.data that names no value': withTemplate({ data: { a: '{{ .nothing }}' } }),
  'target.template.metadata.labels that are none': withTemplate({
    metadata: { labels: { l: 'not a label!' } },
  }),
  'target.template.metadata.annotations that are protected': withTemplate({
    metadata: { annotations: { 'kubernetes.io/service-account.name': 'x' } },
  }),
  'target.template.templateFrom a ConfigMap that is not there': withTemplate({
    templateFrom: [{ configMap: { name: 'nowhere', items: [{ key: 'a' }] } }],
  }),
  'data[].secretKey twice': specOf({}, [plain, plain]),
  'data[].secretKey that the API server refuses': specOf({}, [{ ...plain, secretKey: '..' }]),
  'data[].remoteRef.key that does not exist': withRef({ key: '/nowhere' }),
  'data[].remoteRef.property that does not exist': withRef({ key: '/json', property: 'nowhere' }),
  'data[].remoteRef.decodingStrategy that does not fit': withRef({ decodingStrategy: 'Base64' }),
  'dataFrom[].extract of no object': specOf({}, [plain], { dataFrom: [{ extract: { key: '/plain' } }] }),
  'nothing to read': specOf({}, []),
  'refreshInterval that is none': specOf({}, [plain], { refreshInterval: 'soon' }),
}

function subjects() {
  const name = `es-${++runs}`
  const named = (spec: ExternalSecretSpec) =>
    JSON.parse(JSON.stringify(spec).replaceAll('NAME', name)) as ExternalSecretSpec
  return { moved: new Subject('moved', name), fresh: new Subject('fresh', name), named }
}

/** The Secret after A, B and A again, and the one of an ExternalSecret that was B from the beginning. */
async function oracle(a: ExternalSecretSpec, b: ExternalSecretSpec) {
  const { moved, fresh, named } = subjects()
  await moved.become(named(a))
  const first = await moved.secret()
  await moved.become(named(b))
  await fresh.become(named(b))
  const [after, anew] = [await moved.secret(), await fresh.secret()]
  await moved.become(named(a))
  return { first, after, anew, back: await moved.secret() }
}

describe.each(Object.entries(fields))('%s', (_, values) => {
  const pairs = values.flatMap((a) => values.map((b) => [a, b] as const)).filter(([a, b]) => a !== b)

  test('A, then B, then A is A, and B is what it is when it is the first', async () => {
    for (const [a, b] of pairs) {
      const { first, after, anew, back } = await oracle(a, b)

      expect(first).toBeDefined()
      expect(after).toEqual(anew)
      expect(back).toEqual(first)
    }
  })

  test('a refresh that finds nothing new writes nothing', async () => {
    for (const spec of values) {
      const { moved, named } = subjects()
      await moved.become(named(spec))
      const { metadata } = (await moved.live()) ?? {}
      await moved.become(named(spec))

      expect((await moved.live())?.metadata.resourceVersion).toBe(metadata?.resourceVersion)
    }
  })
})

test.each(Object.entries(mistakes))('a mistake that is taken back was none: %s', async (_, mistake) => {
  const { moved, named } = subjects()
  await moved.become(named(specOf()))
  const before = await moved.live()
  expect(await moved.fail(named(mistake))).toBeInstanceOf(Failure)
  expect(await moved.live()).toEqual(before)
  await moved.become(named(specOf()))

  expect(await moved.live()).toEqual(before)
})

test('None leaves what is there, and the policy before finds it as it was', async () => {
  const { moved, named } = subjects()
  await moved.become(named(specOf()))
  const before = await moved.live()
  await moved.become(named(specOf({ creationPolicy: 'None' })))
  expect(await moved.live()).toEqual(before)
  await moved.become(named(specOf()))

  expect(await moved.live()).toEqual(before)
})

test('immutable cannot be taken back, and changes nothing else', async () => {
  const { moved, named } = subjects()
  await moved.become(named(specOf()))
  const before = await moved.secret()
  await moved.become(named(specOf({ immutable: true })))
  await moved.become(named(specOf({ immutable: false })))

  expect(await moved.secret()).toEqual({ ...before, immutable: true })
})

test('any two specs, of all fields at once', { timeout: 120_000 }, async () => {
  const optional = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
  const template = fc.record({
    data: optional({ a: '{{ .plain }}' }, { a: 'x', b: 'y' }),
    mergePolicy: optional('Merge', 'Replace'),
    labels: optional({ l: 'x' }, { l: 'y', m: 'z' }),
    annotations: optional({ n: 'x' }, { n: 'y', o: 'z' }),
    literal: optional('c: d', 'a: "{{ .plain }}"'),
  })
  const spec = fc
    .record({
      name: optional('NAME-b', 'NAME-c'),
      creationPolicy: optional('Owner', 'Orphan', 'CreateOrMerge'),
      deletionPolicy: optional('Retain', 'Merge'),
      template: fc.option(template, { nil: undefined }),
      more: optional('/json', '/other'),
      extract: fc.boolean(),
    })
    .map(({ template: parts, more, extract, ...target }) => {
      const { labels, annotations, literal, ...rest } = parts ?? {}
      const made = parts && {
        ...rest,
        metadata: { labels, annotations },
        templateFrom: literal && [{ literal }],
      }
      const data = more === undefined ? [plain] : [plain, { secretKey: 'more', remoteRef: { key: more } }]
      const all = {
        ...specOf({}, data),
        target: { ...target, template: made },
        dataFrom: extract ? [{ extract: { key: '/json' } }] : [],
      }
      return JSON.parse(JSON.stringify(all)) as ExternalSecretSpec
    })
  await fc.assert(
    fc.asyncProperty(spec, spec, async (a, b) => {
      const { first, after, anew, back } = await oracle(a, b)

      expect(first).toBeDefined()
      expect(after).toEqual(anew)
      expect(back).toEqual(first)
    }),
    { numRuns: 150 },
  )
})
