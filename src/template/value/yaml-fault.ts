/** What is wrong with a YAML text. */
export interface YamlFaultOptions {
  /** The line, counted from 1, where it is known. */
  readonly line?: number
  /** What go-yaml says, where that is more than the message with the line before it. */
  readonly goText?: string
}

/**
 * A text that is no YAML, or YAML that go-yaml does not decode. The message shows nothing of the text; `goText` is
 * go-yaml's own, which may, and is only for those who asked for ESO's results.
 */
export class YamlFault extends Error {
  override readonly name = 'YamlFault'
  readonly line: number | undefined
  readonly goText: string

  constructor(message: string, options: YamlFaultOptions = {}) {
    super(message)
    this.line = options.line
    this.goText = `yaml: ${options.goText ?? message}`
  }
}

/** A fault that the scanner finds; go-yaml names no line for the first one. */
export function scannerFault(message: string, lineFrom0: number): YamlFault {
  const goText = lineFrom0 === 0 ? message : `line ${lineFrom0 + 1}: ${message}`
  return new YamlFault(message, { line: lineFrom0 + 1, goText })
}

/** A fault that the parser finds; go-yaml counts its line from 0. */
export function parserFault(message: string, lineFrom0: number): YamlFault {
  const goText = lineFrom0 === 0 ? message : `line ${lineFrom0}: ${message}`
  return new YamlFault(message, { line: lineFrom0 + 1, goText })
}
