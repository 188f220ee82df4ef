/** Where in a template something went wrong; line and column count from 1, the column in bytes. */
export interface Place {
  readonly template: string
  readonly line: number
  readonly column: number
}

/**
 * A template that cannot be rendered. The message says what and where and never shows a value: it is built from the
 * template's own text, from names of functions and types, and from counts.
 */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
  /** Undefined when the fault is not at one place of the text, such as a render that took too long. */
  readonly place: Place | undefined

  constructor(message: string, place?: Place, options?: ErrorOptions) {
    super(message, options)
    this.place = place
  }
}

/**
 * What a function throws when it cannot do its work: the interpreter adds the place and the name of the function.
 * The message must show no argument, for arguments are secrets: `is not base64 at byte 12`.
 */
export class FunctionError extends Error {
  override readonly name = 'FunctionError'
}
