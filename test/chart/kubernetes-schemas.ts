import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { foreignSchemas } from './foreign-schemas.ts'

/** A release of each minor version of Kubernetes that the chart is judged by. */
export const kubernetesVersions = ['1.32.8', '1.33.4', '1.34.4', '1.35.4', '1.36.0'] as const

/** Those of the kinds that a chart may render. */
const groups = new Set([
  '',
  'apiextensions.k8s.io',
  'apps',
  'coordination.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
])

/** The part of a Swagger definition that is looked at. */
interface Definition {
  readonly properties?: Readonly<Record<string, unknown>>
  readonly additionalProperties?: unknown
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[]
}

type Definitions = Readonly<Record<string, Definition>>

/**
 * Writes the JSON schemas of one version's kinds, and of those of others that the chart renders, as kubeconform looks
 * for them: a file for each kind. They are made from the API description that Kubernetes publishes with its sources;
 * fields that it does not know are refused.
 */
export async function writeSchemas(directory: string, version: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  const definitions = await definitionsOf(version)
  const write = (kind: string, apiVersion: string, schema: object) =>
    writeFile(join(directory, `${fileName(kind, apiVersion)}.json`), JSON.stringify(schema))
  for (const [name, definition] of Object.entries(definitions)) {
    for (const { group, version: served, kind } of definition['x-kubernetes-group-version-kind'] ?? []) {
      if (!groups.has(group) || kind.endsWith('List')) continue
      const schema = { $ref: `#/definitions/${name}`, definitions: withAllBelow(name, definitions) }
      await write(kind, group === '' ? served : `${group}/${served}`, schema)
    }
  }
  for (const { kind, apiVersion, schema } of foreignSchemas) await write(kind, apiVersion, schema)
}

/** A definition and what it refers to, and that to: kubeconform reads each file anew. */
function withAllBelow(name: string, definitions: Definitions): Definitions {
  const found: Record<string, Definition> = {}
  const waiting = [name]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const definition = definitions[next]
    if (definition === undefined || next in found) continue
    found[next] = definition
    const references = JSON.stringify(definition).matchAll(/"#\/definitions\/([^"]+)"/g)
    waiting.push(...[...references].map(([, it = '']) => it))
  }
  return found
}

/** As kubeconform names them: `{{.ResourceKind}}{{.KindSuffix}}`. */
function fileName(kind: string, apiVersion: string): string {
  const [group = '', version] = apiVersion.split('/')
  const suffix = [group.split('.')[0], version].filter((it) => it !== undefined).join('-')
  return `${kind}-${suffix}`.toLowerCase()
}

async function definitionsOf(version: string): Promise<Definitions> {
  const module = join(import.meta.dirname, '../../hack/go/helm')
  const command = ['mod', 'download', '-json', `k8s.io/kubernetes@v${version}`]
  const { stdout } = await promisify(execFile)('go', command, { cwd: module })
  const { Dir } = JSON.parse(stdout) as { Dir: string }
  const text = await readFile(join(Dir, 'api/openapi-spec/swagger.json'), 'utf8')
  const { definitions } = JSON.parse(text, strict) as { definitions: Definitions }
  return definitions
}

/** Swagger cannot say that a port is a number or a name, nor that a field is not there. */
function strict(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('type' in value)) return value
  if ('format' in value && value.format === 'int-or-string') return { type: ['integer', 'string'] }
  const isClosed = 'properties' in value && value.type === 'object' && !('additionalProperties' in value)
  return isClosed ? { ...value, additionalProperties: false } : value
}
