import type { PkiAuthority } from '../fakes/pki/authority.ts'
import { type CustomPki, startCustomPki } from '../fakes/pki/custom.ts'
import { customYaml } from '../fakes/pki/custom-yaml.ts'
import { presetYaml } from '../fakes/pki/preset-yaml.ts'
import type { PkiServer } from '../fakes/pki/server.ts'
import { startVault, type VaultStandIn } from '../fakes/pki/vault.ts'
import type { IssuerScene } from './issuer-scene.ts'

/** A stand-in with what an issuer needs to use it. */
export interface PkiSide<T extends PkiServer = PkiServer> {
  readonly server: T
  readonly yaml: string
  readonly credentials: Readonly<Record<string, string>>
  /** What the path of the call that hands a CSR in holds, and no other path. */
  readonly submitPath: string
  /** CSRs that came to be signed, whatever became of them. */
  submits(): number
}

/** Vault, which answers at once and knows no idempotency. */
export async function vaultSide(authority: PkiAuthority): Promise<PkiSide<VaultStandIn>> {
  const server = await startVault(authority)
  const credentials = { roleId: 'role-id-canary', secretId: 'secret-id-canary' }
  server.state.appRoles.set(credentials.roleId, credentials.secretId)
  const settings = { role: 'web', auth: { appRole: {} } }
  const yaml = presetYaml(server, 'vault', settings)
  return { server, yaml, credentials, submitPath: '/sign/', submits: () => server.state.submits }
}

/** The PKI of docs/pki/custom.md: orders by id, and an Idempotency-Key. */
export async function customSide(authority: PkiAuthority): Promise<PkiSide<CustomPki>> {
  const server = await startCustomPki(authority)
  const credentials = { clientId: 'keyferry', clientSecret: server.state.clientSecret }
  const yaml = customYaml(server.url, authority.rootPem)
  return { server, yaml, credentials, submitPath: '/api/orders', submits: () => server.state.submits }
}

/** The ConfigMap, the Secret and the issuer itself, all under one name. */
export function pkiIssuer(
  scene: Pick<IssuerScene, 'namespace' | 'issuer'>,
  name: string,
  { yaml, credentials }: Pick<PkiSide, 'yaml' | 'credentials'>,
): readonly object[] {
  const metadata = { namespace: scene.namespace, name }
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'pki.yaml': yaml } },
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData: credentials },
    scene.issuer(name, { signerType: 'pki', configRef: { name }, authSecretRef: { name } }),
  ]
}
