import type { ClusterFacts } from '../cluster/cluster.ts'
import type { IssuerScene } from './issuer-scene.ts'
import { type ManagerProcess, startManager } from './manager-process.ts'

/**
 * Both halves of the scene's namespace in one process, whose own account `manager` may do nothing but ask for the tokens
 * of `keyferry-external-secrets` and `keyferry-issuer`.
 */
export async function startTwoIdentities(cluster: ClusterFacts, scene: IssuerScene): Promise<ManagerProcess> {
  const { namespace } = scene
  const account = async (name: string, role: string) => {
    await scene.kubectl('create', 'serviceaccount', name, '-n', namespace)
    const subject = `--serviceaccount=${namespace}:${name}`
    await scene.kubectl(
      'create',
      'clusterrolebinding',
      `${namespace}-${name}`,
      `--clusterrole=${role}`,
      subject,
    )
  }
  await account('keyferry-external-secrets', 'keyferry-external-secrets')
  await account('manager', 'keyferry-identities')
  const token = (await scene.kubectl('create', 'token', 'manager', '-n', namespace, '--duration=1h')).trim()
  const args = [
    ['--controllers', 'external-secrets,issuers', '--namespace', namespace, '--controller-class', namespace],
    ['--external-secrets-service-account', `${namespace}/keyferry-external-secrets`],
    ['--issuer-service-account', `${namespace}/keyferry-issuer`],
  ].flat()
  return startManager(cluster, { token, args })
}
