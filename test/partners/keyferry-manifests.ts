import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { VaultStandIn } from '../fakes/pki/vault.ts'
import { home, issuerAccount } from './keyferry.ts'
import type { StepCa } from './step-ca.ts'

export type KeyferryKind = 'ExternalIssuer' | 'ExternalClusterIssuer'

/** What an issuer of ours signs by. */
interface Signing {
  readonly signerType: 'mockca' | 'pki'
  /** Of its ConfigMap. */
  readonly config: Readonly<Record<string, string>>
  /** Of its Secret. */
  readonly credentials?: Readonly<Record<string, string>>
}

/** Manifests of an issuer of ours for `runConformance`; the word NAMESPACE stands for each spec's own namespace. */
export function keyferryIssuer(
  kind: KeyferryKind,
  { signerType, config, credentials }: Signing,
): readonly object[] {
  const isOwn = kind === 'ExternalIssuer'
  const metadata = { namespace: isOwn ? 'NAMESPACE' : home, name: 'NAMESPACE-pki' }
  const reference = { name: metadata.name }
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: credentials }
  const spec = { signerType, configRef: reference }
  return [
    ...(isOwn ? inputRights() : []),
    ...(credentials === undefined ? [] : [secret]),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: config },
    {
      apiVersion: 'external-issuer.io/v1alpha1',
      kind,
      metadata: isOwn ? metadata : reference,
      spec: credentials === undefined ? spec : { ...spec, authSecretRef: reference },
    },
  ]
}

/** The generated Role, given to the issuer half in the spec's namespace. */
function inputRights(): readonly object[] {
  const file = join(import.meta.dirname, '../../config/rbac/keyferry-issuer-inputs.yaml')
  const role = parse(readFileSync(file, 'utf8')) as { readonly metadata: { readonly name: string } }
  const metadata = { ...role.metadata, namespace: 'NAMESPACE' }
  return [
    { ...role, metadata },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', namespace: home, name: issuerAccount }],
    },
  ]
}

/** A CA in our own memory. */
export function mockCa(): Signing {
  return { signerType: 'mockca', config: { 'mockca.yaml': 'allowCA: true' } }
}

/** A step-ca, by a one-time token of its provisioner. */
export function stepCa({ url, rootPem, provisioner }: StepCa): Signing {
  const settings = { provisioner: provisioner.name }
  const credentials = { 'provisioner-key': JSON.stringify(provisioner.privateKey) }
  return pki({ preset: 'step-ca', baseURL: url, tls: { caBundle: rootPem }, settings }, credentials)
}

/** A Vault, by AppRole; `signs` is a mode of the preset that needs no role. */
export function vault(
  { url, authority }: VaultStandIn,
  signs: 'sign-verbatim' | 'sign-intermediate',
  { roleId, secretId }: { readonly roleId: string; readonly secretId: string },
): Signing {
  const settings = { mode: signs, auth: { appRole: { roleId } } }
  const tls = { caBundle: authority.rootPem }
  return pki({ preset: 'vault', baseURL: url, tls, settings }, { secretId })
}

/** JSON is YAML. */
function pki(config: object, credentials: Readonly<Record<string, string>>): Signing {
  return { signerType: 'pki', config: { 'pki.yaml': JSON.stringify(config) }, credentials }
}
