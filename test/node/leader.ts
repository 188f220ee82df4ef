import { eventually } from '../manager/eventually.ts'
import type { NodeFacts } from './node.ts'
import { managers, namespace, type Pod, readJson } from './release.ts'

/** The pod that leads, once one does that still is there. */
export function leader(node: NodeFacts): Promise<Pod> {
  return eventually('a pod leads', () => leadingPod(node), 60_000)
}

/** The pod that leads, once it is another one than before. */
export function newLeader(node: NodeFacts, old: Pod): Promise<Pod> {
  const another = async () => {
    const pod = await leadingPod(node)
    return pod?.metadata.name === old.metadata.name ? undefined : pod
  }
  return eventually('another pod leads', another, 60_000)
}

/** Who holds the Lease: a pod's name, with a suffix that a restart changes. Empty: nobody. */
export async function holderOf(node: NodeFacts): Promise<string> {
  const lease = await readJson<{ spec: { holderIdentity?: string } }>(node, `lease keyferry -n ${namespace}`)
  return lease.spec.holderIdentity ?? ''
}

async function leadingPod(node: NodeFacts): Promise<Pod | undefined> {
  const holder = await holderOf(node)
  return (await managers(node)).find((it) => holder.startsWith(`${it.metadata.name}_`))
}
