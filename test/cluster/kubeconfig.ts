/** One API server and who asks it; its CA as a file, or as PEM that goes into the kubeconfig itself. */
export type KubeconfigOptions = { readonly server: string; readonly token: string } & (
  | { readonly caFile: string }
  | { readonly caPem: string }
)

/** A kubeconfig for one user with a token. */
export function kubeconfigOf(options: KubeconfigOptions): string {
  const { server, token } = options
  const authority =
    'caFile' in options
      ? { 'certificate-authority': options.caFile }
      : { 'certificate-authority-data': Buffer.from(options.caPem).toString('base64') }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, ...authority } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  })
}
