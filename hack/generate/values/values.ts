import { z } from 'zod'
import { logLevels } from '../../../src/std/log.ts'
import { externalSecrets, issuers } from './halves.ts'
import { metrics } from './metrics.ts'
import { networkPolicy } from './network.ts'
import { pod } from './pod.ts'
import { freeForm, group, named, namespace, optionalName, serviceAccount, texts } from './types.ts'

const image = group({
  registry: z.string().regex(/^([-a-z0-9.]+(:[0-9]+)?(\/[-a-z0-9._/]+)?)?$/),
  repository: z.string().regex(/^[-a-z0-9._/:]+$/),
  tag: z.string().regex(/^([A-Za-z0-9_][-A-Za-z0-9_.]{0,127})?$/),
  digest: z.string().regex(/^(sha256:[0-9a-f]{64})?$/),
  pullPolicy: z.enum(['IfNotPresent', 'Always', 'Never']),
})

/** What the chart takes, all of it: values.schema.json is this. */
export const values = group({
  // Helm gives it to charts that other charts bring along.
  global: freeForm,
  nameOverride: optionalName,
  fullnameOverride: optionalName,
  commonLabels: texts,
  commonAnnotations: texts,
  image,
  imagePullSecrets: z.array(named),
  crds: group({
    enabled: z.boolean(),
    keep: z.boolean(),
    externalSecrets: z.boolean(),
    issuers: z.boolean(),
  }),
  scopedNamespaces: z.array(namespace),
  clusterResourceNamespace: z.union([z.literal(''), namespace]),
  split: z.boolean(),
  externalSecrets,
  issuers,
  serviceAccount,
  rbac: group({ create: z.boolean(), aggregate: z.boolean() }),
  replicaCount: z.int().min(0),
  leaderElection: group({ leaseName: optionalName, createLease: z.boolean() }),
  log: group({ level: z.enum(logLevels) }),
  proxy: group({ https: z.string(), noProxy: z.string() }),
  ...pod,
  azureWorkloadIdentity: group({ enabled: z.boolean(), clientId: z.string(), tenantId: z.string() }),
  metrics,
  networkPolicy,
  flowSchema: group({
    enabled: z.boolean(),
    priorityLevel: z.string().min(1),
    matchingPrecedence: z.int().min(1).max(10_000),
  }),
  test: group({ enabled: z.boolean() }),
})
