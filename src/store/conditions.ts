import { failure } from '../api/reason.ts'
import type { LabelSelector, StoreCondition } from '../api/secretstore.ts'
import type { KubeObject } from '../kube/object.ts'
import { namespacePattern } from './namespace-pattern.ts'

/**
 * Whether a namespace may use a ClusterSecretStore. No conditions admit every namespace; else one matching entry is
 * enough, and within an entry one matching field. Labels that cannot be read match nothing. Throws InvalidSpec for a
 * pattern or selector that cannot be used.
 */
export function admits(
  conditions: readonly StoreCondition[] | undefined,
  name: string,
  namespace: KubeObject | undefined,
): boolean {
  if (conditions === undefined || conditions.length === 0) return true
  const tests = conditions.map((it, index) => testOf(it, `spec.conditions[${index}]`))
  return tests.some((test) => test(name, namespace?.metadata.labels ?? {}, namespace !== undefined))
}

type Test = (name: string, labels: Readonly<Record<string, string>>, isKnown: boolean) => boolean

/** All patterns are read before one is asked, so that a bad one shows whichever namespace comes first. */
function testOf(
  { namespaces = [], namespaceRegexes = [], namespaceSelector }: StoreCondition,
  path: string,
): Test {
  const patterns = namespaceRegexes.map((it, index) =>
    namespacePattern(it, `${path}.namespaceRegexes[${index}]`),
  )
  const selects = namespaceSelector && selectorOf(namespaceSelector, `${path}.namespaceSelector`)
  return (name, labels, isKnown) =>
    namespaces.includes(name) || patterns.some((it) => it(name)) || (isKnown && selects?.(labels) === true)
}

type Labels = Readonly<Record<string, string>>

/** A label selector as metav1.LabelSelector has it: everything must hold; an empty one selects all. */
function selectorOf(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  path: string,
): (labels: Labels) => boolean {
  const tests = matchExpressions.map((it, index) => requirementOf(it, `${path}.matchExpressions[${index}]`))
  const wanted = Object.entries(matchLabels)
  return (labels) =>
    wanted.every(([key, value]) => ownOf(labels, key) === value) && tests.every((it) => it(labels))
}

function requirementOf(
  { key, operator, values = [] }: NonNullable<LabelSelector['matchExpressions']>[number],
  path: string,
): (labels: Labels) => boolean {
  switch (operator) {
    case 'In':
      return (labels) => values.includes(ownOf(labels, key) ?? '\0')
    case 'NotIn':
      return (labels) => !values.includes(ownOf(labels, key) ?? '\0')
    case 'Exists':
      return (labels) => ownOf(labels, key) !== undefined
    case 'DoesNotExist':
      return (labels) => ownOf(labels, key) === undefined
    default:
      throw failure('InvalidSpec', `Cannot use ${path}: operator is none of In, NotIn, Exists, DoesNotExist`)
  }
}

function ownOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}
