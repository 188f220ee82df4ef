import { expect, test } from 'vitest'
import { scenes } from '../../test/chart/scenes.ts'
import { documentedValues, isRecord, valueAt } from './chart-values.ts'
import { values } from './values/values.ts'
import { valuesSchemaFile } from './values-schema.ts'

const schema: unknown = JSON.parse(valuesSchemaFile().text)
const documented = documentedValues()

test('every value of values.yaml is documented and in the schema, and every value of the schema is in values.yaml', () => {
  const known = new Set(documented.map((it) => it.path.join('.')))
  const inSchema = leavesOf(schema, [], known).filter((it) => it !== 'global')

  expect(inSchema.toSorted()).toEqual([...known].toSorted())
})

test('the schema takes the defaults, and closes every object that it knows the values of', () => {
  const defaults = {}
  for (const { path, default: value } of documented) put(defaults, path, value)

  expect(values.safeParse(defaults).error).toBeUndefined()
  const open = groupsOf(schema, []).filter((it) => valueAt(schema, [...it, 'additionalProperties']) !== false)
  expect(open).toEqual([])
})

test.each(documented.map((it) => [it.path.join('.'), it] as const))(
  '%s has another value than its default in some scene',
  (_, { path, default: value }) => {
    const given = Object.values(scenes({ teamA: 'team-a', teamB: 'team-b' })).map((it) => valueAt(it, path))

    expect(given.some((it) => it !== undefined && JSON.stringify(it) !== JSON.stringify(value))).toBe(true)
  },
)

/** Paths of the schema down to what is documented as one. */
function leavesOf(at: unknown, path: readonly string[], known: ReadonlySet<string>): readonly string[] {
  const properties = valueAt(at, ['properties'])
  if (!isRecord(properties) || known.has(path.join('.'))) return [path.join('.')]
  return Object.entries(properties).flatMap(([key, it]) => leavesOf(it, [...path, key], known))
}

function groupsOf(at: unknown, path: readonly string[]): readonly (readonly string[])[] {
  const properties = valueAt(at, [...path, 'properties'])
  if (!isRecord(properties)) return []
  return [path, ...Object.keys(properties).flatMap((key) => groupsOf(at, [...path, 'properties', key]))]
}

function put(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path
  if (rest.length === 0) {
    root[key] = value
    return
  }
  const inner: Record<string, unknown> = { ...(isRecord(root[key]) ? root[key] : {}) }
  put(inner, rest, value)
  root[key] = inner
}
