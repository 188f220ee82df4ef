import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import { TemplateError } from '../template/error.ts'
import type { Renderer } from './renderer.ts'
import { mergeValues } from './rewrite-merge.ts'
import type { RewriteStep } from './rewrite-step.ts'
import { transformKeys } from './rewrite-transform.ts'
import { explainTemplate } from './template-failure.ts'
import type { Entries } from './values.ts'

/** Gives the keys of an item their new names, step by step. `at` is where the steps stand in the spec. */
export type Rewriter = (entries: Entries, steps: readonly RewriteStep[], at: string) => Promise<Entries>

const dataKey = /^[-._a-zA-Z0-9]{1,253}$/

/**
 * Rewrites keys as ESO does, except that two keys which become one are an error: ESO lets one of them win by chance.
 * What has an empty key in the end is left out.
 * The rewriter throws Failure InvalidSpec, KeyNotFound or TemplateFailed, which name keys of the item and no value.
 */
export function createRewriter(renderer: Renderer): Rewriter {
  return async (entries, steps, at) => {
    let rewritten = entries
    for (const [index, step] of steps.entries()) {
      const path = `${at}[${index}]`
      rewritten = unique(await taken(step, rewritten, path, renderer), path)
    }
    const named = rewritten.filter(([key]) => key !== '')
    for (const [key] of named) if (!dataKey.test(key)) throw badKey(key, at)
    return named
  }
}

async function taken(
  step: RewriteStep,
  entries: Entries,
  path: string,
  renderer: Renderer,
): Promise<Entries> {
  const { regexp, transform, merge } = step
  if (merge !== undefined) return mergeValues(entries, merge, `${path}.merge`)
  if (regexp !== undefined) return replaceInKeys(entries, regexp, `${path}.regexp`, renderer)
  if (transform === undefined) return entries
  const name = `${path}.transform.template`
  return transformKeys(entries, { name, text: transform.template }, renderer).catch((error: unknown) => {
    throw explainTemplate(error, name)
  })
}

/** The engine has Go's regular expressions already; so the keys go through a template of our own. */
async function replaceInKeys(
  entries: Entries,
  { source, target }: NonNullable<RewriteStep['regexp']>,
  path: string,
  renderer: Renderer,
): Promise<Entries> {
  const template = { name: path, text: '{{ mustRegexReplaceAll .source .value .target }}' }
  return transformKeys(entries, template, renderer, { source, target }).catch((error: unknown) => {
    if (!(error instanceof TemplateError)) throw error
    const why = error.message.replace(/^.*error calling \w+: /s, '')
    throw failure('InvalidSpec', `Cannot apply ${path}: source ${why}`)
  })
}

function unique(entries: Entries, path: string): Entries {
  const keys = new Set<string>()
  for (const [key] of entries) {
    if (keys.has(key) && key !== '')
      throw failure('InvalidSpec', `Cannot apply ${path}: two keys both become "${key}"`)
    keys.add(key)
  }
  return entries
}

function badKey(key: string, at: string): Failure {
  return failure(
    'InvalidSpec',
    `Cannot apply ${at}: "${key}" is no key that a Secret may hold; give it 1 to 253 letters, digits, - . or _`,
  )
}
