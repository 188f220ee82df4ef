import { inject } from 'vitest'
import { serviceAccountKind } from '../../src/kube/kind.ts'
import { eventually } from '../manager/eventually.ts'
import { connect } from './client.ts'
import { type ClusterFacts, kubectl } from './cluster.ts'
import { inTime } from './in-time.ts'
import { makeNamespace } from './namespace.ts'

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
  await using connection = connect(inject('cluster'))
  const { client } = connection
  const namespace = await makeNamespace(client, prefix)
  const account = { namespace, name: 'default' }
  const find = () => client.find(serviceAccountKind, account, { signal: inTime() })
  await eventually(`${namespace} has a ServiceAccount`, find)
  return namespace
}
