import type { ExternalSecret } from '../api/externalsecret.ts'
import type { SecretTemplate, TemplateFrom } from '../api/externalsecret-target.ts'
import { failure } from '../api/reason.ts'
import { keyOf } from '../kube/object.ts'
import type { Template } from '../template/render-options.ts'
import type { DecodingStrategy } from './decoding.ts'
import { targetNameOf } from './target-of.ts'
import type { TemplateSource } from './template-sources.ts'

/** What of a Secret a template makes. */
export type Part = 'data' | 'labels' | 'annotations'

/** One template, and what its result is for. */
export interface TemplateJob {
  readonly template: Template
  readonly part: Part
  /** The key that gets the result; undefined: the result is a YAML map of keys and values. */
  readonly key: string | undefined
  readonly decoding: DecodingStrategy
  /** The template lies in a Secret: not even its own text may be shown. */
  readonly isSecret: boolean
}

/** The texts of an object that holds templates, by key; undefined when there is no such object. */
export type ReadSource = (source: TemplateSource) => Promise<ReadonlyMap<string, Uint8Array> | undefined>

const path = 'spec.target.template'

/**
 * Every template of an ExternalSecret, the weaker before the stronger: templateFrom in its order, then data, labels
 * and annotations. Throws Failure NotFound for an object or a key that is not there.
 */
export async function templateJobsOf(
  object: ExternalSecret,
  template: SecretTemplate,
  read: ReadSource,
): Promise<readonly TemplateJob[]> {
  const jobs: TemplateJob[] = []
  const readOnce = once(read)
  for (const [index, entry] of (template.templateFrom ?? []).entries())
    jobs.push(...(await jobsFrom(object, entry, `${path}.templateFrom[${index}]`, readOnce)))
  const { labels, annotations } = template.metadata ?? {}
  return [
    ...jobs,
    ...inlineJobs('data', template.data, `${path}.data`),
    ...inlineJobs('labels', labels, `${path}.metadata.labels`),
    ...inlineJobs('annotations', annotations, `${path}.metadata.annotations`),
  ]
}

function inlineJobs(part: Part, texts: Readonly<Record<string, string>> = {}, at: string): TemplateJob[] {
  return Object.entries(texts).map(([key, text]) => ({
    template: { name: `${at}[${JSON.stringify(key)}]`, text },
    part,
    key,
    decoding: 'None',
    isSecret: false,
  }))
}

/** ESO reads all three sources of one entry, in this order. */
async function jobsFrom(
  object: ExternalSecret,
  entry: TemplateFrom,
  at: string,
  read: ReadSource,
): Promise<TemplateJob[]> {
  const { configMap, secret, literal } = entry
  const common = { part: partOf(entry.target), decoding: entry.valuesDecodingStrategy ?? 'None' } as const
  const templates = [
    ...(await templatesIn(object, 'ConfigMap', configMap, `${at}.configMap`, read)),
    ...(await templatesIn(object, 'Secret', secret, `${at}.secret`, read)),
    ...(literal === undefined
      ? []
      : [{ template: { name: `${at}.literal`, text: literal }, key: undefined, isSecret: false }]),
  ]
  return templates.map((it) => ({ ...it, ...common }))
}

function partOf(target = ''): Part {
  const name = target.toLowerCase()
  return name === 'labels' || name === 'annotations' ? name : 'data'
}

type Reference = TemplateFrom['configMap']

async function templatesIn(
  object: ExternalSecret,
  kind: TemplateSource['kind'],
  reference: Reference,
  at: string,
  read: ReadSource,
): Promise<Pick<TemplateJob, 'template' | 'key' | 'isSecret'>[]> {
  if (reference === undefined) return []
  const { name, items } = reference
  if (kind === 'Secret' && name === targetNameOf(object)) throw ownTarget(at, name)
  const title = `${kind} ${keyOf({ namespace: object.metadata.namespace, name })}`
  const texts = await read({ kind, name })
  if (texts === undefined) throw missing(at, `there is no ${title}; create it or correct the name`)
  return items.map(({ key, templateAs = 'Values' }, index) => {
    const bytes = texts.get(key)
    if (bytes === undefined)
      throw missing(`${at}.items[${index}]`, `${title} has no key "${key}"; add it or correct the key`)
    const template = { name: `key "${key}" of ${title}`, text: textOf(bytes, `key "${key}" of ${title}`) }
    return { template, key: templateAs === 'Values' ? key : undefined, isSecret: kind === 'Secret' }
  })
}

function textOf(bytes: Uint8Array, title: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw failure('TemplateFailed', `Cannot render ${title}: the template is not UTF-8`)
  }
}

function missing(at: string, what: string) {
  return failure('NotFound', `Cannot use ${at}: ${what}`)
}

/** Every write would make another one due. */
function ownTarget(at: string, name: string) {
  return failure(
    'InvalidSpec',
    `Cannot act on the spec: ${at}.name: must not be "${name}", the Secret that is written`,
  )
}

/** Several entries may name one object. */
function once(read: ReadSource): ReadSource {
  const known = new Map<string, ReturnType<ReadSource>>()
  return (source) => {
    const title = `${source.kind}/${source.name}`
    const texts = known.get(title) ?? read(source)
    known.set(title, texts)
    return texts
  }
}
