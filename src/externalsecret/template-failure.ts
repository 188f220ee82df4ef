import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import { TemplateError } from '../template/error.ts'

/** A template that gives what cannot be used. `title` is where it stands, `what` is wrong and shows no value. */
export function templateFailed(title: string, what: string): Failure {
  return failure('TemplateFailed', `Cannot render ${title}: ${what}`)
}

/** Turns the error of a template into what a person can act on; anything else is given back as it is. */
export function explainTemplate(error: unknown, title: string): unknown {
  if (!(error instanceof TemplateError)) return error
  const { place, message } = error
  if (place === undefined) return templateFailed(title, message)
  return templateFailed(`${place.template}, line ${place.line}, column ${place.column}`, message)
}
