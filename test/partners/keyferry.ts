import { join } from 'node:path'
import type { Cluster } from '../cluster/cluster.ts'
import { buildBundle } from '../manager/bundle.ts'
import { type ManagerProcess, startManager } from '../manager/manager-process.ts'

const config = join(import.meta.dirname, '../../config')

/** Namespace of the manager, its ServiceAccounts, and what its cluster issuers read. */
export const home = 'keyferry'

/** ServiceAccount of the issuer half, in `home`. */
export const issuerAccount = 'keyferry-issuer'

/**
 * Starts our manager as it ships, for all namespaces of a cluster of one's own: both halves in one process, each as a
 * ServiceAccount with its generated roles. Applies our CRDs and roles.
 */
export async function startKeyferry(cluster: Cluster): Promise<ManagerProcess> {
  const [bundle] = await Promise.all([buildBundle(), install(cluster)])
  const token = (await cluster.kubectl('create', 'token', 'keyferry', '-n', home, '--duration=2h')).trim()
  const args = ['--controllers', 'external-secrets,issuers', '--enable-kubernetes-csr']
  const places = [
    '--cluster-resource-namespace',
    home,
    '--issuer-service-account',
    `${home}/${issuerAccount}`,
  ]
  const other = ['--external-secrets-service-account', `${home}/keyferry-external-secrets`]
  const options = { entry: bundle.entry, token, args: [...args, ...places, ...other] }
  const manager = await startManager(cluster, options).catch(async (error: unknown) => {
    await bundle[Symbol.asyncDispose]()
    throw error
  })
  return {
    ...manager,
    async [Symbol.asyncDispose]() {
      await manager[Symbol.asyncDispose]()
      await bundle[Symbol.asyncDispose]()
    },
  }
}

async function install(cluster: Cluster): Promise<void> {
  const kubectl = (...args: readonly string[]) => cluster.kubectl(...args)
  await kubectl('create', 'namespace', home)
  await kubectl('apply', '--server-side', '-n', home, '-f', join(config, 'crd'), '-f', join(config, 'rbac'))
  await kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s')
  for (const it of ['keyferry', issuerAccount, 'keyferry-external-secrets'])
    await kubectl('create', 'serviceaccount', it, '-n', home)
  const everywhere = (name: string, role: string, account: string) =>
    kubectl('create', 'clusterrolebinding', name, `--clusterrole=${role}`, subject(account))
  await everywhere('issuer', 'keyferry-issuer', issuerAccount)
  await everywhere('issuer-kubernetes-csr', 'keyferry-issuer-kubernetes-csr', issuerAccount)
  await everywhere('external-secrets', 'keyferry-external-secrets', 'keyferry-external-secrets')
  const atHome = (name: string, role: string, account: string) =>
    kubectl('create', 'rolebinding', name, '-n', home, role, subject(account))
  await atHome('identities', '--clusterrole=keyferry-identities', 'keyferry')
  await atHome('issuer-inputs', '--role=keyferry-issuer-inputs', issuerAccount)
}

function subject(account: string): string {
  return `--serviceaccount=${home}:${account}`
}
