/** The way in of a store that works in a world of `newWorld`, with changes. */
export function kubernetesAuth(changes: object): object {
  const working = { accessID: 'p-app', k8sConfName: 'test', serviceAccountRef: { name: 'app' } }
  return { authSecretRef: { kubernetesAuth: { ...working, ...changes } } }
}
