import { textMapOf } from '../template/text-map.ts'
import type { Rendered } from './check-rendered.ts'
import { explainTemplate } from './template-failure.ts'
import type { TemplateJob } from './template-jobs.ts'

/** The keys and values of a result that is a YAML map. Throws Failure TemplateFailed. */
export function renderedMap({ template }: TemplateJob, result: Uint8Array): readonly Rendered[] {
  try {
    return [...textMapOf(result)].map(([key, value]) => ({ key, value }))
  } catch (error) {
    throw explainTemplate(error, template.name)
  }
}
