/** Manifests of issuers for `runConformance`; the word NAMESPACE stands for each spec's own namespace. */

const clusterResourceNamespace = 'cert-manager'

/** cert-manager's CA issuer with a CA that its selfSigned issuer makes. */
export function builtInCa(kind: 'Issuer' | 'ClusterIssuer'): readonly object[] {
  const namespace = kind === 'Issuer' ? 'NAMESPACE' : clusterResourceNamespace
  const own = (name: string) => ({ namespace, name })
  return [
    issuer('Issuer', own('NAMESPACE-root'), { selfSigned: {} }),
    {
      ...certManager,
      kind: 'Certificate',
      metadata: own('NAMESPACE-ca'),
      spec: {
        isCA: true,
        commonName: 'NAMESPACE',
        secretName: 'NAMESPACE-ca',
        issuerRef: { name: 'NAMESPACE-root' },
      },
    },
    issuer(kind, kind === 'Issuer' ? own('NAMESPACE-ca') : { name: 'NAMESPACE-ca' }, {
      ca: { secretName: 'NAMESPACE-ca' },
    }),
  ]
}

/** cert-manager's Vault issuer, which logs in by AppRole and signs by the role `web` of the engine `pki`. */
export function builtInVault(
  server: string,
  caPem: string,
  { roleId, secretId }: { readonly roleId: string; readonly secretId: string },
): readonly object[] {
  const own = (name: string) => ({ namespace: 'NAMESPACE', name })
  const secretRef = { name: 'vault', key: 'secretId' }
  return [
    { apiVersion: 'v1', kind: 'Secret', metadata: own('vault'), stringData: { secretId } },
    issuer('Issuer', own('vault'), {
      vault: {
        server,
        path: 'pki/sign/web',
        caBundle: Buffer.from(caPem).toString('base64'),
        auth: { appRole: { path: 'approle', roleId, secretRef } },
      },
    }),
  ]
}

const certManager = { apiVersion: 'cert-manager.io/v1' }

function issuer(kind: 'Issuer' | 'ClusterIssuer', metadata: object, spec: object): object {
  return { ...certManager, kind, metadata, spec }
}
