import type { World } from './world.ts'

/** Rights to give a ServiceAccount, in the namespace named or everywhere. */
export interface Binding {
  readonly role: string
  /** A Role of this namespace (`kind: 'Role'`), or a ClusterRole that holds in it; absent: everywhere. */
  readonly namespace?: string
  readonly kind?: 'Role' | 'ClusterRole'
}

/** Makes a ServiceAccount in the world's namespace with these rights and gives a token of it, valid for 2 h. */
export async function newAccount(world: World, name: string, bindings: readonly Binding[]): Promise<string> {
  const inNamespace = ['-n', world.namespace]
  await world.kubectl('create', 'serviceaccount', name, ...inNamespace)
  for (const binding of bindings) await bind(world, name, binding)
  return (await world.kubectl('create', 'token', name, ...inNamespace, '--duration=2h')).trim()
}

/** Gives a ServiceAccount of the world one right more. */
export async function bind(world: World, account: string, binding: Binding): Promise<void> {
  const { role, namespace, kind = 'ClusterRole' } = binding
  const subject = `--serviceaccount=${world.namespace}:${account}`
  const what = `${world.namespace}-${account}-${role}`
  const verb = namespace === undefined ? ['clusterrolebinding', what] : ['rolebinding', what, '-n', namespace]
  await world.kubectl('create', ...verb, `--${kind.toLowerCase()}=${role}`, subject)
}
