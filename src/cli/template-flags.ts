import { InvalidArgumentError, Option } from 'commander'
import type { Delimiters } from '../template/render-options.ts'

/** What stands around the actions of templates; ESO's flags of the same names. */
export interface TemplateFlags {
  readonly templateLeftDelimiter: string
  readonly templateRightDelimiter: string
}

/** The flags of everything that renders templates. */
export function templateFlags(): Option[] {
  const ends = { left: '{{', right: '}}' }
  return Object.entries(ends).map(([side, delimiter]) =>
    new Option(`--template-${side}-delimiter <text>`, `${side} delimiter of the templates of targets`)
      .argParser(someText)
      .default(delimiter),
  )
}

/** The delimiters, as the template engine takes them. */
export function delimitersOf(flags: TemplateFlags): Delimiters {
  return [flags.templateLeftDelimiter, flags.templateRightDelimiter]
}

function someText(text: string): string {
  if (text !== '') return text
  throw new InvalidArgumentError('It takes a text that is not empty.')
}
