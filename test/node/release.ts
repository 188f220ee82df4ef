import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { kubectlOn, type NodeFacts, runOn } from './node.ts'

/** Where the documented install puts it. */
export const namespace = 'keyferry-system'

/** How a chart is installed on a node: helm itself, and the image's tag. */
export interface Release {
  readonly node: NodeFacts
  readonly helm: string
}

/** Runs helm as the node's administrator, on the release's namespace. */
export function helm(release: Release, verb: string, ...args: readonly string[]): Promise<string> {
  const { node } = release
  return runOn(node, release.helm, [verb, 'keyferry', ...args, '--namespace', namespace], 180_000)
}

/** The values of an install with an image of this tag, as helm's arguments. */
export function withImage(tag: string): readonly string[] {
  const values = { registry: 'keyferry.test', repository: 'keyferry', tag }
  return Object.entries(values).map(([key, value]) => `--set-string=image.${key}=${value}`)
}

/** A manager's pod. */
export interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string }
  readonly status: {
    readonly containerStatuses?: readonly {
      readonly ready: boolean
      readonly restartCount: number
      readonly containerID?: string
    }[]
  }
}

/** The pods of the managers. */
export async function managers(node: NodeFacts): Promise<readonly Pod[]> {
  const selector = 'app.kubernetes.io/name=keyferry,app.kubernetes.io/component=manager'
  return (await readJson<{ items: Pod[] }>(node, `pods -l ${selector} -n ${namespace}`)).items
}

/** What `kubectl get WORDS` says. */
export async function readJson<T>(node: NodeFacts, words: string): Promise<T> {
  return JSON.parse(await kubectlOn(node, 'get', ...words.split(' '), '-o', 'json')) as T
}

/** Applies objects as a user would. */
export async function apply(node: NodeFacts, ...items: readonly object[]): Promise<void> {
  const file = join(node.directory, 'applied.json')
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  await kubectlOn(node, 'apply', '--server-side', '--field-manager=a-user', '-f', file)
}
