import { z } from 'zod'
import { freeForm, group, named, openGroup, optionalName, port, texts } from './types.ts'

const quantities = z.record(z.string(), z.union([z.string(), z.number()]))
const probe = openGroup({
  initialDelaySeconds: z.int().min(0),
  periodSeconds: z.int().min(1),
  timeoutSeconds: z.int().min(1),
  failureThreshold: z.int().min(1),
  successThreshold: z.int().min(1),
  terminationGracePeriodSeconds: z.int().min(1),
})

/** Values of the pods that Kubernetes has the same names for. */
export const pod = {
  extraArgs: z.array(z.string()),
  extraEnv: z.array(named),
  extraVolumes: z.array(named),
  extraVolumeMounts: z.array(named),
  extraObjects: z.array(z.union([z.string(), freeForm])),
  resources: openGroup({ requests: quantities, limits: quantities, claims: z.array(named) }).optional(),
  podSecurityContext: freeForm,
  securityContext: freeForm,
  podLabels: texts,
  podAnnotations: texts,
  deploymentAnnotations: texts,
  nodeSelector: texts,
  tolerations: z.array(freeForm),
  affinity: freeForm,
  topologySpreadConstraints: z.array(freeForm),
  priorityClassName: optionalName,
  terminationGracePeriodSeconds: z.int().min(0),
  hostUsers: z.boolean().nullable(),
  runtimeClassName: optionalName,
  dnsPolicy: z.enum(['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']),
  dnsConfig: openGroup({
    nameservers: z.array(z.string()),
    searches: z.array(z.string()),
    options: z.array(named),
  }).optional(),
  hostAliases: z.array(z.strictObject({ ip: z.string(), hostnames: z.array(z.string()) })),
  probes: group({ port, liveness: probe.optional(), readiness: probe.optional() }),
  podDisruptionBudget: group({
    enabled: z.boolean(),
    maxUnavailable: z.union([z.int().min(0), z.string().regex(/^[0-9]{1,3}%$/)]),
  }),
}
