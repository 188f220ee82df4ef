import type { ExternalSecret } from '../api/externalsecret.ts'
import type { SecretTemplate } from '../api/externalsecret-target.ts'
import { failure } from '../api/reason.ts'
import { TemplateError } from '../template/error.ts'
import type { Delimiters } from '../template/render-options.ts'
import { assembled } from './assemble-shape.ts'
import type { Values } from './fetch.ts'
import type { Renderer } from './renderer.ts'
import { type Shape, shapeOf } from './target-shape.ts'
import { explainTemplate } from './template-failure.ts'
import { type ReadSource, type TemplateJob, templateJobsOf } from './template-jobs.ts'

const title = 'spec.target.template'

export interface RenderPorts extends Renderer {
  readonly read: ReadSource
  /** `{{` and `}}` where they are left out. As in ESO, those of a rewrite's templates are always these. */
  readonly delimiters?: Delimiters | undefined
}

/**
 * What an ExternalSecret makes of its values: its template's results or, without one, the values and its own marks.
 * Throws Failure TemplateFailed, NotFound or InvalidSpec; no message shows a value.
 */
export async function shapeBy(object: ExternalSecret, values: Values, ports: RenderPorts): Promise<Shape> {
  const template = object.spec.target?.template
  if (template === undefined) return shapeOf(object, values)
  refuseProtectedType(template)
  const jobs = await templateJobsOf(object, template, ports.read)
  const results = await renderAll(jobs, values, ports)
  return assembled(template, isRawKept(template) ? values : new Map(), jobs, results)
}

/** Here and not in the CRD: ESO's takes the type, and the API server refuses it without the annotation. */
function refuseProtectedType({ type }: SecretTemplate): void {
  if (type !== 'kubernetes.io/service-account-token') return
  throw failure(
    'InvalidSpec',
    `Cannot act on the spec: ${title}.type: must not be ${type}; have the API server issue tokens`,
  )
}

/** A template of metadata alone leaves the data as it is. */
function isRawKept({ mergePolicy, data = {}, templateFrom = [] }: SecretTemplate): boolean {
  return mergePolicy === 'Merge' || (Object.keys(data).length === 0 && templateFrom.length === 0)
}

async function renderAll(
  jobs: readonly TemplateJob[],
  values: Values,
  { render, compat, delimiters, nowMs, signal }: RenderPorts,
): Promise<readonly Uint8Array[]> {
  if (jobs.length === 0) return []
  const data = new Map([...values].map(([key, value]) => [key, value.reveal()]))
  const templates = jobs.map((it) => it.template)
  try {
    return await render(templates, { data, compat, delimiters, nowMs, signal })
  } catch (error) {
    throw explainTemplate(withoutSecretText(error, jobs), title)
  }
}

/** The words of the engine quote the template, and a Secret's text is nobody's to read in a status. */
function withoutSecretText(error: unknown, jobs: readonly TemplateJob[]): unknown {
  const place = error instanceof TemplateError ? error.place : undefined
  if (place === undefined) return error
  const isSecret = jobs.some((it) => it.isSecret && it.template.name === place.template)
  return isSecret ? new TemplateError('it fails there; keyferry render shows why', place) : error
}
