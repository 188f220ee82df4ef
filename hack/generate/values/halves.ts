import { z } from 'zod'
import {
  duration,
  group,
  hosts,
  name,
  namespace,
  optionalName,
  port,
  serviceAccount,
  texts,
} from './types.ts'

const events = group({
  enabled: z.boolean(),
  port,
  tlsSecretName: optionalName,
  tokenSecretName: optionalName,
  clientCASecretName: optionalName,
  serviceType: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']),
  serviceAnnotations: texts,
})

/** Values of the half that syncs Secrets. */
export const externalSecrets = group({
  enabled: z.boolean(),
  serviceAccount,
  controllerClass: z.string().min(1),
  concurrent: z.int().min(1).max(50),
  storeRequeueInterval: duration,
  staleAfter: z.union([z.literal(''), duration]),
  allowedGatewayHosts: hosts,
  allowAmbientCloudIdentity: z.boolean(),
  tokenRequest: group({ enabled: z.boolean(), serviceAccountNames: z.array(name) }),
  deleteSecrets: z.boolean(),
  rolloutRestart: z.boolean(),
  events,
})

const namespaced = z.strictObject({ namespace, name })

/** Values of the half that signs. */
export const issuers = group({
  enabled: z.boolean(),
  serviceAccount,
  checkInterval: duration,
  allowedPkiHosts: hosts,
  inputNamespaces: z.array(namespace),
  tokenServiceAccounts: z.array(namespaced),
  refreshTokenSecrets: z.array(namespaced),
  kubernetesCSR: z.boolean(),
  approver: group({ enabled: z.boolean(), namespace, serviceAccountName: name }),
})
