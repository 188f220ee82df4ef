import { renderHere } from '../../../src/template/engine.ts'
import { TemplateError } from '../../../src/template/error.ts'
import type { Input } from '../../../src/template/render-options.ts'

/** What a template gives with all functions, slow ones too, on this thread and by this machine's clock. */
export function renderedKeys(
  template: string,
  data: Readonly<Record<string, Input>> = {},
  compat: 'strict' | 'eso' = 'strict',
): string {
  const options = { data: new Map(Object.entries(data)), compat, nowMs: Date.now() }
  const [bytes] = renderHere([{ name: 't', text: template }], options)
  return Buffer.from(bytes ?? []).toString('utf8')
}

/** The words of the error that a template ends in; undefined when it renders. */
export function keyFailure(template: string, data: Readonly<Record<string, Input>> = {}): string | undefined {
  try {
    renderedKeys(template, data)
    return undefined
  } catch (error) {
    if (error instanceof TemplateError) return error.message
    throw error
  }
}
