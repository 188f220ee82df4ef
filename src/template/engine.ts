import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { allFunctions } from './all-functions.ts'
import { Budget, defaultLimits } from './budget.ts'
import { FunctionError, TemplateError } from './error.ts'
import { dotOf } from './input.ts'
import type { Tree } from './language/nodes.ts'
import { functionNamesIn, parse } from './language/parse.ts'
import { run } from './language/run.ts'
import type { RenderOptions, Template } from './render-options.ts'

const defaultDelimiters = ['{{', '}}'] as const

/** Texts of templates are no secrets, and the same ones come back at every refresh. */
const trees = new LRUCache<string, Tree>({ max: 5000, maxSize: 16 * 1024 * 1024 })

/** Heap that a parsed template takes for each character of its text; 37 to 68 were measured. */
const bytesPerCharacter = 64

/** The parsed form of a template. Throws TemplateError. */
export function parsed(
  template: Template,
  delimiters: RenderOptions['delimiters'] = defaultDelimiters,
): Tree {
  const key = [...delimiters, template.name, template.text].join('\0')
  const known = trees.get(key)
  if (known !== undefined) return known
  const tree = guarded(() => parse(template, { delimiters, functions: allFunctions }))
  trees.set(key, tree, { size: key.length * bytesPerCharacter })
  return tree
}

/** True when a template calls what may take seconds: that must not happen on the thread that answers probes. */
export function isSlow(tree: Tree): boolean {
  return [...functionNamesIn(tree)].some((name) => allFunctions[name]?.slow === true)
}

/** Renders on the calling thread. Throws TemplateError. */
export function renderHere(
  templates: readonly Template[],
  { data, compat = 'strict', delimiters, nowMs, limits = defaultLimits, signal }: RenderOptions,
  budget: Budget = new Budget(limits),
): readonly Uint8Array[] {
  const parsedTemplates = templates.map((it) => parsed(it, delimiters))
  return guarded(
    () =>
      run(parsedTemplates, {
        data: dotOf(data),
        functions: allFunctions,
        compat,
        nowMs,
        budget,
        random: (bytes) => randomBytes(bytes),
        signal,
      }),
    signal,
  )
}

/** What only a template beyond all measure brings about, and what would be a defect: neither may show a value. */
function guarded<T>(work: () => T, signal?: AbortSignal): T {
  try {
    return work()
  } catch (error) {
    if (signal?.aborted === true && error === signal.reason) throw error
    if (error instanceof TemplateError) throw withoutValues(error)
    if (error instanceof FunctionError) throw new TemplateError(error.message)
    if (error instanceof RangeError)
      throw new TemplateError('the template nests too deeply or makes too much')
    throw defect(error)
  }
}

/** What a function threw that was not made for people goes no further than its frames. */
function withoutValues(error: TemplateError): TemplateError {
  const { cause, message, place } = error
  if (cause === undefined || cause instanceof FunctionError) return error
  return new TemplateError(message, place, { cause: defect(cause) })
}

/** The frames of an error without its words, which may quote what the template was given. */
export function defect(error: unknown): Error {
  const { name, stack = '' } = error instanceof Error ? error : new Error('no error')
  const shown = new Error(`the template engine failed (${name})`)
  shown.stack = [`Error: ${shown.message}`, ...stack.split('\n').filter((it) => /^\s+at /.test(it))].join(
    '\n',
  )
  return shown
}
