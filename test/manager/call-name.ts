import type { ProxiedRequest } from '../fakes/fault-proxy/proxied-request.ts'

/** What a request asks for, in words that are the same in every run: no namespace, random name, version or time. */
export function callName({ method, path, isWatch }: ProxiedRequest, namespace: string): string {
  const { pathname, searchParams } = new URL(path, 'http://proxy')
  const what = pathname
    .replaceAll(namespace, 'NAMESPACE')
    .replace(/\/events\/.*/, '/events/NAME')
    .replace(/^\/(v2|api\/v2)\//, '/')
  const which = searchParams.get('fieldSelector') ?? ''
  return `${isWatch ? 'WATCH' : method} ${what}${which === '' ? '' : `?${which}`}`
}

/** A call among those of a run: the `occurrence`-th of its name, from 0. */
export interface NamedCall {
  readonly name: string
  readonly occurrence: number
}

/** The calls of a run, each with how many of its name came before. */
export function namedCalls(requests: readonly ProxiedRequest[], namespace: string): readonly NamedCall[] {
  const counts = new Map<string, number>()
  return requests.map((it) => {
    const name = callName(it, namespace)
    const occurrence = counts.get(name) ?? 0
    counts.set(name, occurrence + 1)
    return { name, occurrence }
  })
}
