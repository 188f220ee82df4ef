// The node's network namespace is its own: these can clash with nothing on the machine.

/** Address of the node: API server, kubelet and DNS listen on it. */
export const nodeAddress = '10.99.0.1'

/** Where a test's own servers listen for pods. Not the API server's address, which Keyferry refuses as a Gateway's. */
export const outsideAddress = '10.99.0.2'

/** Pods, Services, and the first of those: `kubernetes.default`. */
export const podRange = '10.244.0.0/24'
export const serviceRange = '10.96.0.0/16'
export const kubernetesService = '10.96.0.1'

/** The name of the Node object. */
export const nodeName = 'keyferry-node'

export const apiServerPort = 6443
