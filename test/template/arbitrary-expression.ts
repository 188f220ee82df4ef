import fc from 'fast-check'
import { dataKeys } from './arbitrary-data.ts'
import { literalOf } from './arbitrary-literal.ts'
import type { Expression } from './expression.ts'
import { oneOf } from './one-of.ts'
import { type Kind, kinds, kindsOf, type Signature, signatures } from './signatures.ts'

type Arb = fc.Arbitrary<Expression>
type Tie = (kind: Kind) => Arb

/** Kinds which nothing else may stand for: sizes stay small, and no function falls back to the present time. */
const strict: ReadonlySet<Kind> = new Set(['small', 'epoch', 'duration', 'time'])

/** What each kind also accepts, for most text is good for most functions. */
const alsoAccepts: Partial<Record<Kind, readonly Kind[]>> = {
  any: kindsOf(
    'string¦string¦int¦int64¦float¦bool¦list¦strings¦ints¦dict¦stringMap¦json¦numeric¦typeName¦time',
  ),
  string: kindsOf('json¦yaml¦b64¦b32¦regex¦path¦numeric¦key¦separator¦url'),
  list: ['strings', 'ints'],
  number: ['int', 'int64', 'float', 'numeric'],
  epoch: ['time'],
  dict: ['stringMap'],
  typeName: ['string'],
}

const depth = fc.createDepthIdentifier()

/** Expressions of every kind; they nest four deep at most. */
export const expressions: Readonly<Record<Kind, Arb>> = fc.letrec<Record<Kind, Expression>>(
  (tie) =>
    Object.fromEntries(kinds.map((kind) => [kind, expressionOf(kind, tie as Tie)])) as Record<Kind, Arb>,
)

/** A call of some function, each as likely as any other. */
export const calls: Arb = fc.oneof(...signatures.map((it) => callOf(it, (kind) => expressions[kind])))

function expressionOf(kind: Kind, tie: Tie): Arb {
  const leaf = leafOf(kind)
  const makers = signatures.filter((it) => it.result === kind).map((it) => callOf(it, tie))
  const others = (alsoAccepts[kind] ?? []).map(tie)
  return fc.oneof(
    { maxDepth: 4, depthIdentifier: depth, withCrossShrink: true },
    { weight: 4, arbitrary: leaf },
    ...(makers.length > 0 ? [{ weight: 5, arbitrary: fc.oneof(...makers) }] : []),
    ...(others.length > 0 ? [{ weight: 3, arbitrary: fc.oneof(...others) }] : []),
    ...(kind === 'any' ? [{ weight: 1, arbitrary: chainOf(tie) }] : []),
  )
}

function leafOf(kind: Kind): Arb {
  const literal = literalOf(kind)
  const variable = fc
    .tuple(fc.nat(9), literal)
    .map(([pick, otherwise]): Expression => ({ kind: 'variable', of: kind, pick, otherwise }))
  const keys = Object.keys(dataKeys).filter((key) => kind === 'any' || dataKeys[key] === kind)
  return fc.oneof(
    { weight: 4, arbitrary: literal },
    { weight: 2, arbitrary: variable },
    ...(keys.length > 0 ? [{ weight: 3, arbitrary: fieldOf(keys) }] : []),
    ...(kind === 'any' ? [{ weight: 1, arbitrary: fc.constant<Expression>({ kind: 'dot' }) }] : []),
  )
}

function fieldOf(keys: readonly string[]): Arb {
  const through = fc.constantFrom<'dot' | 'dollar' | 'index'>('dot', 'dot', 'dollar', 'index')
  const key = fc.oneof(
    { weight: 150, arbitrary: fc.constantFrom(...keys) },
    { weight: 1, arbitrary: fc.constantFrom('absent', 'constructor', '__proto__', 'text.more') },
  )
  return fc.record({ kind: fc.constant('field' as const), key, through })
}

function callOf(it: Signature, tie: Tie): Arb {
  const params = it.params.map((kind) => argumentOf(kind, tie))
  const rest = it.rest === undefined ? fc.constant([]) : fc.array(argumentOf(it.rest, tie), { maxLength: 3 })
  return fc
    .tuple(fc.tuple(...params), rest, fc.boolean(), fc.nat(80))
    .map(([fixed, more, piped, slip]): Expression => {
      const args = [...fixed, ...more]
      // Now and then one argument too few or too many.
      if (slip === 80) args.pop()
      if (slip === 79 && args[0] !== undefined) args.push(args[0])
      return { kind: 'call', name: it.name, args, piped }
    })
}

/** Mostly an argument of the right kind. */
function argumentOf(kind: Kind, tie: Tie): Arb {
  if (strict.has(kind)) return tie(kind)
  return fc.oneof({ weight: 40, arbitrary: tie(kind) }, { weight: 1, arbitrary: tie('any') })
}

function chainOf(tie: Tie): Arb {
  const keys = fc.array(oneOf('a¦b¦key¦host¦_0¦Upper¦__proto__'), {
    minLength: 1,
    maxLength: 2,
  })
  return fc
    .tuple(fc.oneof(tie('dict'), tie('any')), keys)
    .map(([of, path]) => ({ kind: 'chain', of, keys: path }))
}
