import { z } from 'zod'

/** A group of values. Each may be left out, since values.yaml has them all; others are refused by name. */
export function group<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape).partial()
}

/** Labels, annotations and the like: text by any name. */
export const texts = z.record(z.string(), z.string())

/** What Kubernetes itself defines and the API server judges. */
export const freeForm = z.record(z.string(), z.unknown())

export const port = z.int().min(1).max(65_535)

/** A duration as the manager reads it: 90s, 15m, 1h30m. */
export const duration = z.string().regex(/^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/)

/** A name by which Kubernetes knows an object; empty where the chart makes one. */
export const optionalName = z.string().regex(/^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?)?$/)

export const name = z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/)

export const namespace = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)

/** An IPv4 or IPv6 block. */
export const cidr = z.string().regex(/^[0-9a-fA-F.:]+\/[0-9]{1,3}$/)

/** Hosts as `--allowed-gateway-hosts` takes them; a comma would make two of one. */
export const hosts = z.array(z.string().regex(/^[-*a-zA-Z0-9.:[\]]+$/))

export const serviceAccount = group({
  create: z.boolean(),
  name: optionalName,
  annotations: texts,
  labels: texts,
})

/** An object of which Kubernetes asks a name, whatever else it holds. */
export const named = z.looseObject({ name: z.string().min(1) })
