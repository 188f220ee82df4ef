import { secretKind } from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import type { Transport } from '../../src/kube/transport.ts'
import { eventually } from './eventually.ts'

/** One state that a Secret was ever in, or its end. */
export interface SecretRevision {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly namespace: string
  readonly name: string
  readonly resourceVersion: string
  /** When this process heard of it. */
  readonly atMs: number
  /** As text. */
  readonly data: Readonly<Record<string, string>>
}

/** Every revision of every Secret since the start, in the order of the API server: one watch, nothing left out. */
export interface SecretHistory extends AsyncDisposable {
  readonly revisions: readonly SecretRevision[]
  of(namespace: string, name?: string): readonly SecretRevision[]
  /** Resolves when the record holds this Secret as it is now, and so all that came before. */
  reachNow(namespace: string, name: string): Promise<void>
}

type Secret = KubeObject & { readonly data?: Readonly<Record<string, string>> }
interface Event {
  readonly type: SecretRevision['type'] | 'BOOKMARK' | 'ERROR'
  readonly object: Secret
}

/** Watches all Secrets from now on; a watch that breaks is an unhandled defect of the test, not of the product. */
export async function recordSecrets(transport: Transport): Promise<SecretHistory> {
  const stopping = new AbortController()
  const revisions: SecretRevision[] = []
  const path = `/api/v1/${secretKind.plural}`
  const read = async (of: string) => {
    const answer = await transport.request({
      method: 'GET',
      path: of,
      signal: stopping.signal,
      timeoutMs: 10_000,
    })
    return JSON.parse(answer.body) as { metadata: { resourceVersion: string } }
  }
  const { metadata } = await read(`${path}?limit=1`)
  const stream = await transport.stream({
    method: 'GET',
    path: `${path}?watch=1&timeoutSeconds=3600&resourceVersion=${metadata.resourceVersion}`,
    signal: stopping.signal,
    timeoutMs: 10_000,
  })
  const reading = readAll(stream.chunks, revisions).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error
  })
  return {
    revisions,
    async reachNow(namespace, name) {
      const now = await read(`/api/v1/namespaces/${namespace}/${secretKind.plural}/${name}`)
      const isHeld = () => revisions.some((it) => it.resourceVersion === now.metadata.resourceVersion)
      await eventually(`the record has reached the Secret ${namespace}/${name}`, isHeld)
    },
    of: (namespace, name) =>
      revisions.filter((it) => it.namespace === namespace && (name === undefined || it.name === name)),
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('the recording is over'))
      await reading
    },
  }
}

async function readAll(chunks: AsyncIterable<Uint8Array>, revisions: SecretRevision[]): Promise<void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) revisions.push(...revisionsIn(JSON.parse(line) as Event))
  }
}

function revisionsIn({ type, object }: Event): readonly SecretRevision[] {
  if (type === 'BOOKMARK') return []
  if (type === 'ERROR') throw new Error('the watch of the test itself was ended by the API server')
  const { namespace = '', name, resourceVersion = '' } = object.metadata
  const text = Object.entries(object.data ?? {}).map(([key, value]) => [
    key,
    Buffer.from(value, 'base64').toString(),
  ])
  return [
    {
      type,
      namespace,
      name,
      resourceVersion,
      atMs: Date.now(),
      data: Object.fromEntries(text) as Record<string, string>,
    },
  ]
}
