import * as z from 'zod'
import { list, optional, text, textMap } from './meta.ts'

const Requirement = z
  .object({
    key: text('Label key.', { maxLength: 317 }),
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']).describe('How the label is compared.'),
    values: optional(list(text('A label value.', { maxLength: 63 }), 'Values for In and NotIn.', 1000)),
  })
  .describe('One requirement on labels.')

/** metav1.LabelSelector: everything must hold; an empty one selects all. */
export const NamespaceSelector = z.object({
  matchLabels: optional(
    textMap('Labels that must be there with these values.', { maxProperties: 100, maxLength: 63 }),
  ),
  matchExpressions: optional(list(Requirement, 'Requirements that must all hold.', 100)),
})
export type NamespaceSelector = z.infer<typeof NamespaceSelector>

type Labels = Readonly<Record<string, string>>

/** True when labels fulfil a selector. */
export function selects(
  { matchLabels = {}, matchExpressions = [] }: NamespaceSelector,
  labels: Labels,
): boolean {
  const wanted = Object.entries(matchLabels)
  return (
    wanted.every(([key, value]) => ownOf(labels, key) === value) &&
    matchExpressions.every((it) => holds(it, ownOf(labels, it.key)))
  )
}

function holds({ operator, values = [] }: z.infer<typeof Requirement>, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
  }
}

function ownOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}
