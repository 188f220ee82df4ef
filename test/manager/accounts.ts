import type { Client } from '../../src/kube/client.ts'
import { serviceAccountKind } from '../../src/kube/kind.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { inTime } from '../cluster/in-time.ts'
import { clusterRoleBindingKind, rbacGroup, roleBindingKind } from './rbac-kinds.ts'

/** A ServiceAccount by its place. */
export interface Account {
  readonly namespace: string
  readonly name: string
}

/** Rights to give a ServiceAccount, in the namespace named or everywhere. */
export interface Binding {
  readonly role: string
  /** A Role of this namespace (`kind: 'Role'`), or a ClusterRole that holds in it; absent: everywhere. */
  readonly namespace?: string
  readonly kind?: 'Role' | 'ClusterRole'
}

/** The namespace that accounts are made in. */
interface Home {
  readonly namespace: string
  readonly client: Client
}

/** Makes a ServiceAccount in the world's namespace with these rights and gives a token of it, valid for 2 h. */
export async function newAccount(world: Home, name: string, bindings: readonly Binding[]): Promise<string> {
  const account = { namespace: world.namespace, name }
  await makeServiceAccount(world.client, account)
  for (const binding of bindings) await bind(world, name, binding)
  return tokenOf(world.client, account)
}

/** Gives a ServiceAccount of the world one right more. */
export async function bind(world: Home, name: string, binding: Binding): Promise<void> {
  const account = { namespace: world.namespace, name }
  await makeBinding(world.client, `${world.namespace}-${name}-${binding.role}`, account, binding)
}

/** Makes a ServiceAccount without rights. */
export async function makeServiceAccount(client: Client, account: Account): Promise<void> {
  await client.create(serviceAccountKind, { metadata: account }, { fieldManager: 'a-user', signal: inTime() })
}

interface BindingObject extends KubeObject {
  readonly roleRef: { readonly apiGroup: string; readonly kind: string; readonly name: string }
  readonly subjects: readonly (Account & { readonly kind: 'ServiceAccount' })[]
}

/** Gives a ServiceAccount one right more, by a binding of this name. */
export async function makeBinding(
  client: Client,
  name: string,
  account: Account,
  { role, namespace, kind = 'ClusterRole' }: Binding,
): Promise<void> {
  const object: BindingObject = {
    metadata: namespace === undefined ? { name } : { namespace, name },
    roleRef: { apiGroup: rbacGroup, kind, name: role },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  }
  const as = { fieldManager: 'a-user', signal: inTime() }
  await client.create(namespace === undefined ? clusterRoleBindingKind : roleBindingKind, object, as)
}

/** A token of a ServiceAccount, valid for 2 h, for the API server unless another audience is named. */
export async function tokenOf(
  client: Client,
  account: Account,
  audiences: readonly string[] = [],
): Promise<string> {
  const asked = { audiences, expirationSeconds: 7200, signal: inTime() }
  return (await client.createToken(account, asked)).token.reveal()
}
