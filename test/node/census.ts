import { kubectlOn, type NodeFacts } from './node.ts'

/** Every object of the cluster as `Kind namespace/name`, but for Events and the node's own Lease. */
export async function census(node: NodeFacts): Promise<readonly string[]> {
  const listable = await kubectlOn(node, 'api-resources', '--verbs=list', '-o', 'name')
  const kinds = listable
    .trim()
    .split('\n')
    .filter((it) => !it.startsWith('events'))
  const line = '{.kind} {.metadata.namespace}/{.metadata.name}{"\\n"}'
  const path = `jsonpath={range .items[*]}${line}{end}`
  const lines = await kubectlOn(node, 'get', kinds.join(','), '-A', '-o', path)
  return lines
    .trim()
    .split('\n')
    .filter((it) => !it.startsWith('Lease kube-node-lease/'))
    .toSorted()
}
