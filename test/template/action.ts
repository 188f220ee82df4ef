import { type Expression, pipelineText, type Scope, type Variable } from './expression.ts'
import type { Kind } from './signatures.ts'

/** Which sides of an action eat the white space beside it. */
export type Trim = 'none' | 'left' | 'right' | 'both'

export interface Branch {
  readonly condition: Expression
  /** Declared in the condition, where there is a name. */
  readonly declares: string | undefined
  readonly body: readonly Action[]
}

/** A piece of a template. */
export type Action =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly value: Expression; readonly trim: Trim }
  | { readonly kind: 'comment'; readonly text: string; readonly trim: Trim }
  | {
      readonly kind: 'declare'
      readonly name: string
      readonly of: Kind
      readonly value: Expression
      readonly trim: Trim
    }
  | { readonly kind: 'assign'; readonly pick: number; readonly value: Expression; readonly trim: Trim }
  | { readonly kind: 'leave'; readonly word: 'break' | 'continue' }
  | {
      readonly kind: 'if' | 'with'
      readonly branches: readonly Branch[]
      readonly otherwise: readonly Action[] | undefined
      readonly trim: Trim
    }
  | {
      readonly kind: 'range'
      readonly names: readonly string[]
      readonly assigns: boolean
      readonly over: Expression
      readonly body: readonly Action[]
      readonly otherwise: readonly Action[] | undefined
      readonly trim: Trim
    }
  | {
      readonly kind: 'template'
      readonly name: string
      readonly value: Expression | undefined
      readonly trim: Trim
    }
  | { readonly kind: 'define'; readonly name: string; readonly body: readonly Action[]; readonly trim: Trim }
  | {
      readonly kind: 'block'
      readonly name: string
      readonly value: Expression
      readonly body: readonly Action[]
    }

/** The text of a template. */
export function templateText(actions: readonly Action[]): string {
  return bodyText(actions, { variables: [{ name: '$', of: 'stringMap' }], dot: 'data', within: 'top' })
}

/** A variable is in scope from its declaration to the end of the body that declares it. */
function bodyText(actions: readonly Action[], outer: Scope): string {
  let scope = outer
  let text = ''
  for (const it of actions) {
    text += actionText(it, scope)
    if (it.kind === 'declare') scope = withVariables(scope, [{ name: it.name, of: it.of }])
  }
  return text
}

function actionText(it: Action, scope: Scope): string {
  switch (it.kind) {
    case 'text':
      // A brace at the end would open the next action.
      return it.text.endsWith('{') ? `${it.text} ` : it.text
    case 'output':
      return tag(pipelineText(it.value, scope), it.trim)
    case 'comment':
      return it.trim === 'none' ? `{{/*${it.text}*/}}` : `{{- /*${it.text}*/ -}}`
    case 'declare':
      return tag(`${it.name} := ${pipelineText(it.value, scope)}`, it.trim)
    case 'assign':
      return tag(`${variableName(scope, it.pick)} = ${pipelineText(it.value, scope)}`, it.trim)
    case 'leave':
      return scope.within === 'range' ? tag(it.word) : ''
    case 'if':
    case 'with':
      return branchesText(it, scope)
    case 'range':
      return rangeText(it, scope)
    case 'template':
      return tag(
        `template ${JSON.stringify(it.name)}${it.value ? ` ${pipelineText(it.value, scope)}` : ''}`,
        it.trim,
      )
    case 'define':
      if (scope.within !== 'top') return ''
      return tag(`define ${JSON.stringify(it.name)}`, it.trim) + bodyText(it.body, fresh) + tag('end')
    case 'block':
      return `${tag(`block "${it.name}" ${pipelineText(it.value, scope)}`)}${bodyText(it.body, fresh)}${tag('end')}`
  }
}

const fresh: Scope = { variables: [{ name: '$', of: 'any' }], dot: 'other', within: 'body' }

function branchesText(it: Action & { kind: 'if' | 'with' }, outer: Scope): string {
  const scope = { ...outer, within: inside(outer) }
  let text = ''
  for (const { condition, declares, body } of it.branches) {
    const head = declares === undefined ? '' : `${declares} := `
    const word = text === '' ? it.kind : `else ${it.kind}`
    text += tag(`${word} ${head}${pipelineText(condition, scope)}`, it.trim)
    const inner = declares === undefined ? scope : withVariables(scope, [{ name: declares, of: 'any' }])
    text += bodyText(body, it.kind === 'with' ? { ...inner, dot: 'other' } : inner)
  }
  return text + elseText(it.otherwise, scope) + tag('end', it.trim)
}

function rangeText(it: Action & { kind: 'range' }, scope: Scope): string {
  const head = it.names.length === 0 ? '' : `${it.names.join(', ')} ${it.assigns ? '=' : ':='} `
  const added = it.names.map((name): Variable => ({ name, of: 'any' }))
  const inner = {
    ...withVariables(scope, it.assigns ? [] : added),
    dot: 'other' as const,
    within: 'range' as const,
  }
  return (
    tag(`range ${head}${pipelineText(it.over, scope)}`, it.trim) +
    bodyText(it.body, inner) +
    elseText(it.otherwise, { ...scope, within: inside(scope) }) +
    tag('end', it.trim)
  )
}

/** A branch at the top is no top any more; one in a range may still leave it. */
function inside(scope: Scope): Scope['within'] {
  return scope.within === 'top' ? 'body' : scope.within
}

function elseText(body: readonly Action[] | undefined, scope: Scope): string {
  return body === undefined ? '' : tag('else') + bodyText(body, scope)
}

function tag(inner: string, trim: Trim = 'none'): string {
  const left = trim === 'left' || trim === 'both' ? '{{- ' : '{{'
  return `${left}${inner}${trim === 'right' || trim === 'both' ? ' -}}' : '}}'}`
}

function withVariables(scope: Scope, added: readonly Variable[]): Scope {
  return { ...scope, variables: [...scope.variables, ...added] }
}

function variableName(scope: Scope, pick: number): string {
  return scope.variables[pick % scope.variables.length]?.name ?? '$unknown'
}
