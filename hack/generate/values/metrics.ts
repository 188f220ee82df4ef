import { z } from 'zod'
import { freeForm, group, optionalName, port, texts } from './types.ts'

/** How Prometheus writes times. */
const interval = z.string().regex(/^[0-9]+(ms|s|m|h)$/)
const place = { enabled: z.boolean(), labels: texts, annotations: texts }
/** For objects that others look for in namespaces of their choice. */
const elsewhere = { ...place, namespace: optionalName }
const served = (group: string) => z.string().regex(new RegExp(`^(${group})/v[0-9]+((alpha|beta)[0-9]+)?$`))

/** Values of what is measured, and of who looks at it. */
export const metrics = group({
  enabled: z.boolean(),
  port,
  secure: group({ enabled: z.boolean(), tlsSecretName: optionalName }),
  service: group({ enabled: z.boolean(), annotations: texts }),
  serviceMonitor: group({
    ...elsewhere,
    apiVersion: served('monitoring\\.coreos\\.com|azmonitoring\\.coreos\\.com'),
    interval,
    spec: freeForm,
  }),
  podMonitor: group({
    ...place,
    apiVersion: served('monitoring\\.coreos\\.com|azmonitoring\\.coreos\\.com|monitoring\\.googleapis\\.com'),
    interval,
    spec: freeForm,
  }),
  prometheusRule: group({
    ...elsewhere,
    apiVersion: served('monitoring\\.coreos\\.com'),
    runbookURL: z.string(),
  }),
  dashboard: group(elsewhere),
})
