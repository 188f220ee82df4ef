import type { SecretTemplate } from '../api/externalsecret-target.ts'
import { Redacted } from '../std/redacted.ts'
import { checkRendered, type Rendered, refusalOfAnnotations } from './check-rendered.ts'
import { decodeBy } from './decoding.ts'
import type { Values } from './fetch.ts'
import { renderedMap } from './rendered-map.ts'
import type { Shape } from './target-shape.ts'
import { templateFailed } from './template-failure.ts'
import type { Part, TemplateJob } from './template-jobs.ts'

/**
 * What a Secret is to hold, of the results of its templates: `raw` are the values that stay beneath them, a later
 * result wins over an earlier one. Throws Failure TemplateFailed.
 */
export function assembled(
  template: SecretTemplate,
  raw: Values,
  jobs: readonly TemplateJob[],
  results: readonly Uint8Array[],
): Shape {
  const parts: Record<Part, Map<string, Uint8Array>> = {
    data: new Map([...raw].map(([key, value]) => [key, value.reveal()])),
    labels: new Map(),
    annotations: new Map(),
  }
  for (const [index, job] of jobs.entries()) {
    for (const { key, value } of entriesOf(job, results[index])) parts[job.part].set(key, value)
  }
  return shaped(template, parts)
}

function entriesOf(job: TemplateJob, result: Uint8Array | undefined): readonly Rendered[] {
  if (result === undefined) throw new Error('the engine gave fewer results than there were templates')
  const entries = job.key === undefined ? renderedMap(job, result) : [{ key: job.key, value: result }]
  return entries.map(({ key, value }) => {
    const decoded = decodeBy(job.decoding, value)
    if (decoded === undefined)
      throw templateFailed(job.template.name, `its result is not ${job.decoding} (valuesDecodingStrategy)`)
    const rendered = { key, value: decoded }
    checkRendered(job, rendered)
    return rendered
  })
}

function shaped(template: SecretTemplate, parts: Record<Part, Map<string, Uint8Array>>): Shape {
  const { type = '', metadata } = template
  const annotations = textsOf(parts.annotations)
  const refusal = refusalOfAnnotations(annotations)
  if (refusal !== undefined) throw refusal
  return {
    ...(type === '' ? {} : { type }),
    finalizers: metadata?.finalizers ?? [],
    labels: textsOf(parts.labels),
    annotations,
    data: new Map([...parts.data].map(([key, value]) => [key, new Redacted(value)])),
  }
}

function textsOf(values: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries([...values].map(([key, value]) => [key, Buffer.from(value).toString('utf8')]))
}
