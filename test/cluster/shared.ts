import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { type ClusterFacts, kubectl } from './cluster.ts'

declare module 'vitest' {
  interface ProvidedContext {
    cluster: ClusterFacts
  }
}

/** The cluster that one test run shares. Never stop its API server; work in a namespace of your own. */
export function sharedCluster(): ClusterFacts & { kubectl(...args: readonly string[]): Promise<string> } {
  const facts = inject('cluster')
  return { ...facts, kubectl: (...args) => kubectl(facts, ...args) }
}

/** Makes a namespace that no other test has, with a default ServiceAccount, and gives its name. */
export async function newNamespace(prefix: string): Promise<string> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`
  await kubectl(inject('cluster'), 'create', 'namespace', name)
  return name
}
