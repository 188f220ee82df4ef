import { z } from 'zod'
import { cidr, freeForm, group, namespace, port, texts } from './types.ts'

/** A server by one of its address, its pods and its host; the chart refuses none and several. */
const server = z.strictObject({
  cidr: cidr.optional(),
  namespace: namespace.optional(),
  podLabels: texts.optional(),
  host: z
    .string()
    .regex(/^[-*a-zA-Z0-9.]+$/)
    .optional(),
  port,
})

/** Values of who may talk with whom. */
export const networkPolicy = group({
  enabled: z.boolean(),
  flavor: z.enum(['kubernetes', 'cilium']),
  apiServer: group({ cidrs: z.array(cidr), ports: z.array(port).min(1) }),
  dns: group({ namespace, podLabels: texts, cidrs: z.array(cidr) }),
  gateways: z.array(server),
  pkis: z.array(server),
  proxies: z.array(server),
  metricsFrom: z.array(freeForm),
  eventsFrom: z.array(freeForm),
  extraEgress: z.array(freeForm),
})
