import { z } from 'zod'

/**
 * A group of values; others are refused by name. What may be empty may be missing, which is how null comes out of Helm.
 * The rest must be there: null, or the values of an older chart (`--reuse-values`), would take it away unseen.
 */
export function group<T extends z.ZodRawShape>(shape: T) {
  const fields = Object.entries(shape).map(([key, it]) => [key, mayBeMissing(it) ? z.optional(it) : it])
  return z.strictObject(Object.fromEntries(fields) as { [K in keyof T]: T[K] | z.ZodOptional<T[K]> })
}

function mayBeMissing(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodObject) return false
  return [{}, [], '', null].some((it) => z.safeParse(schema, it).success)
}

/** A group of which nothing needs to be there. */
export function openGroup<T extends z.ZodRawShape>(shape: T) {
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
