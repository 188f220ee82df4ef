import type { z } from 'zod'
import type { Kind } from '../kube/kind.ts'

/** A column of `kubectl get`; those with priority 1 show with `-o wide` only. */
export interface PrinterColumn {
  readonly name: string
  readonly type: 'string' | 'integer' | 'boolean' | 'date'
  readonly jsonPath: string
  readonly priority?: number
}

/** All that the CRD of one kind is made of, beside the schema that reads its objects. */
export interface KindDefinition {
  /** Its version is the stored one. */
  readonly kind: Kind
  /** The first line of `kubectl explain`. */
  readonly description: string
  readonly spec: z.ZodType
  readonly status: z.ZodType
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  /** Served with the same schema, with a warning that says which version to use. */
  readonly deprecatedVersions: readonly string[]
  readonly printerColumns: readonly PrinterColumn[]
  /** Paths that field selectors may use. */
  readonly selectableFields: readonly string[]
}

type Defaulted = 'deprecatedVersions' | 'selectableFields'

/** States a kind: everything that is not in its schema, in one place beside it. */
export function defineKind(
  definition: Omit<KindDefinition, Defaulted> & Partial<Pick<KindDefinition, Defaulted>>,
): KindDefinition {
  return { deprecatedVersions: [], selectableFields: [], ...definition }
}
