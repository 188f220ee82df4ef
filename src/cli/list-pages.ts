import type { Client } from '../kube/client.ts'
import type { Kind } from '../kube/kind.ts'
import type { KubeObject } from '../kube/object.ts'

const pageSize = 500

/** The objects of a kind in some namespaces (none named: all), page by page. Throws ApiError and TransportError. */
export async function* pagesOf<T extends KubeObject>(
  client: Client,
  kind: Kind,
  namespaces: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly T[]> {
  const places = kind.namespaced && namespaces.length > 0 ? namespaces : [undefined]
  for (const namespace of places) {
    let next: string | undefined = ''
    while (next !== undefined) {
      const within = { ...(namespace !== undefined && { namespace }), ...(next !== '' && { continue: next }) }
      const page: Awaited<ReturnType<typeof client.list<T>>> = await client.list<T>(kind, {
        ...within,
        limit: pageSize,
        signal,
      })
      yield page.items
      next = page.continue
    }
  }
}

/** All of them at once. */
export async function listAll<T extends KubeObject>(...asked: Parameters<typeof pagesOf<T>>): Promise<T[]> {
  const all: T[] = []
  for await (const page of pagesOf<T>(...asked)) all.push(...page)
  return all
}
