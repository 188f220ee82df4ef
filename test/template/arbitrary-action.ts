import fc from 'fast-check'
import type { Action, Branch, Trim } from './action.ts'
import { calls, expressions } from './arbitrary-expression.ts'
import type { Expression } from './expression.ts'
import { oneOf } from './one-of.ts'
import { kindsOf } from './signatures.ts'

const trim = fc.constantFrom<Trim>('none', 'none', 'none', 'left', 'right', 'both')
const name = fc.constantFrom('$a', '$b', '$c', '$long_Name1', '$é')
const definedName = fc.constantFrom('one', 'two', 'a b')
const blockName = fc.constantFrom('block', 'other', 'third', 'one')
const templateName = oneOf('one¦two¦a b¦one¦two¦a b¦block¦absent')
const depth = fc.createDepthIdentifier()

const text = fc
  .oneof(
    {
      weight: 8,
      arbitrary: oneOf(' ¦\n¦ - ¦\n  ¦x¦: ¦"¦{¦}¦\t\r\n¦é ¦<a&b>¦}}¦{ {¦*/¦\u00a0 '),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 5 }) },
  )
  .map((it): Action => ({ kind: 'text', text: it }))

const output = fc.record({
  kind: fc.constant('output' as const),
  value: fc.oneof(calls, expressions.any),
  trim,
})
const comment = fc.record({
  kind: fc.constant('comment' as const),
  text: oneOf('¦ note ¦ {{ }} ¦\n¦*¦ b¦¦ c ¦/*¦ a */ b '),
  trim,
})

const declaredKinds = kindsOf('string¦int¦int64¦float¦bool¦list¦strings¦dict¦any¦time¦number')
const declare = fc.oneof(
  ...declaredKinds.map((of) =>
    fc.record({
      kind: fc.constant('declare' as const),
      name,
      of: fc.constant(of),
      value: expressions[of],
      trim,
    }),
  ),
)
const assign = fc.record({
  kind: fc.constant('assign' as const),
  pick: fc.integer({ min: 1, max: 9 }),
  value: expressions.any,
  trim,
})
const leave = fc.record({
  kind: fc.constant('leave' as const),
  word: fc.constantFrom<'break' | 'continue'>('break', 'continue'),
})
const template = fc.record({
  kind: fc.constant('template' as const),
  name: templateName,
  value: fc.option(expressions.any, { nil: undefined }),
  trim,
})
const over: fc.Arbitrary<Expression> = fc.oneof(
  expressions.list,
  expressions.list,
  expressions.dict,
  expressions.stringMap,
  expressions.small,
  expressions.strings,
  expressions.any,
)
const condition: fc.Arbitrary<Expression> = fc.oneof(expressions.bool, expressions.any)
const rangeNames = fc.oneof(fc.constant([]), fc.array(name, { minLength: 1, maxLength: 2 }))

/** Definitions of some of the templates that actions call. */
export const definitions: (body: fc.Arbitrary<readonly Action[]>) => fc.Arbitrary<readonly Action[]> = (
  body,
) =>
  fc.uniqueArray(fc.record({ kind: fc.constant('define' as const), name: definedName, body, trim }), {
    selector: (it) => it.name,
    maxLength: 3,
  })

/** Pieces of a template: all actions, three deep at most. */
export const actions: fc.Arbitrary<readonly Action[]> = fc.letrec<{
  action: Action
  body: readonly Action[]
}>((tie) => {
  const otherwise = fc.option(tie('body'), { nil: undefined })
  const branch: fc.Arbitrary<Branch> = fc.record({
    condition,
    declares: fc.option(name, { nil: undefined, freq: 4 }),
    body: tie('body'),
  })
  const branches = fc.array(branch, { minLength: 1, maxLength: 3 })
  const choice = fc.record({ kind: fc.constantFrom<'if' | 'with'>('if', 'with'), branches, otherwise, trim })
  const range = fc.record({
    kind: fc.constant('range' as const),
    names: rangeNames,
    assigns: fc.nat(9).map((it) => it === 0),
    over,
    body: tie('body'),
    otherwise,
    trim,
  })
  const block = fc.record({
    kind: fc.constant('block' as const),
    name: blockName,
    value: expressions.any,
    body: tie('body'),
  })
  return {
    action: fc.oneof(
      { maxDepth: 3, depthIdentifier: depth, withCrossShrink: true },
      { weight: 6, arbitrary: text },
      { weight: 12, arbitrary: output },
      { weight: 1, arbitrary: comment },
      { weight: 4, arbitrary: declare },
      { weight: 2, arbitrary: assign },
      { weight: 1, arbitrary: leave },
      { weight: 1, arbitrary: template },
      { weight: 3, arbitrary: choice },
      { weight: 3, arbitrary: range },
      { weight: 1, arbitrary: block },
    ),
    body: fc.array(tie('action'), { maxLength: 4 }),
  }
}).body
