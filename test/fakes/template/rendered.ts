import { Budget, type Limits } from '../../../src/template/budget.ts'
import { TemplateError } from '../../../src/template/error.ts'
import { coreFunctions } from '../../../src/template/functions/core.ts'
import { dotOf } from '../../../src/template/input.ts'
import { builtins } from '../../../src/template/language/builtins.ts'
import { parse } from '../../../src/template/language/parse.ts'
import { run } from '../../../src/template/language/run.ts'
import type { Input } from '../../../src/template/render-options.ts'

const functions = { ...builtins, ...coreFunctions }

export interface RenderedOptions {
  readonly compat?: 'strict' | 'eso'
  readonly limits?: Limits
}

/** What a template gives with Go's builtins and the core functions. Throws TemplateError. */
export function rendered(
  template: string,
  data: Readonly<Record<string, Input>> = {},
  { compat = 'strict', limits }: RenderedOptions = {},
): string {
  const tree = parse({ name: 't', text: template }, { delimiters: ['{{', '}}'], functions })
  const [bytes] = run([tree], {
    data: dotOf(new Map(Object.entries(data))),
    functions,
    compat,
    nowMs: 0,
    budget: new Budget(limits),
    random: (count) => new Uint8Array(count),
  })
  return Buffer.from(bytes ?? []).toString('utf8')
}

/** The words of the error that a template ends in; undefined when it renders. */
export function failureOf(
  template: string,
  data: Readonly<Record<string, Input>> = {},
  options: RenderedOptions = {},
): string | undefined {
  try {
    rendered(template, data, options)
    return undefined
  } catch (error) {
    if (error instanceof TemplateError) return error.message
    throw error
  }
}
