import type { Condition } from '../kube/object.ts'
import type { DeclaredStatus } from '../kube/served-schema.ts'
import { conditionTypes } from './status.ts'
import { writableConditions } from './withheld.ts'

/** Everything a controller owns of a status. */
export interface OwnStatus<Fields> {
  readonly observedGeneration?: number | undefined
  readonly conditions: readonly Condition[]
  readonly fields: Fields
}

/** A status as it is stored. */
export type RawStatus = Readonly<Record<string, unknown>>

/** What every controller says of its objects, as far as a status holds it. */
export function spokenOf(raw: RawStatus): Omit<OwnStatus<object>, 'fields'> {
  const { observedGeneration } = raw
  return {
    observedGeneration: typeof observedGeneration === 'number' ? observedGeneration : undefined,
    conditions: ownConditions(raw),
  }
}

/** What is a controller's own of a status: what it says, and the fields of these names. */
export function ownStatusOf<Fields extends object>(
  raw: RawStatus,
  names: readonly (keyof Fields & string)[],
): OwnStatus<Partial<Fields>> {
  const fields = names.filter((name) => raw[name] !== undefined).map((name) => [name, raw[name]])
  return { ...spokenOf(raw), fields: Object.fromEntries(fields) as Partial<Fields> }
}

/** As it goes over the wire: plain JSON, nothing undefined, nothing that the CRD does not declare. */
export function wireStatusOf(
  { observedGeneration, conditions, fields }: OwnStatus<object>,
  declared: DeclaredStatus | undefined,
): RawStatus {
  const shown = writableConditions(conditions, declared)
  const whole = Object.entries({ ...fields, observedGeneration, conditions: shown })
  const held = whole.filter(([name]) => declared === undefined || declared.fields.has(name))
  return JSON.parse(JSON.stringify(Object.fromEntries(held))) as RawStatus
}

function ownConditions({ conditions }: RawStatus): readonly Condition[] {
  if (!Array.isArray(conditions)) return []
  return conditionTypes.flatMap((type) => conditions.find((it: Condition) => it.type === type) ?? [])
}
