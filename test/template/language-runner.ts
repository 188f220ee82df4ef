import { Budget, type Limits } from '../../src/template/budget.ts'
import { FunctionError, TemplateError } from '../../src/template/error.ts'
import { type Functions, fn, variadic } from '../../src/template/function.ts'
import { parse } from '../../src/template/language/parse.ts'
import { run } from '../../src/template/language/run.ts'
import { goString } from '../../src/template/value/bytes.ts'
import {
  any,
  dict,
  GoMap,
  Int,
  int,
  list,
  type Method,
  nilIfEmpty,
  Opaque,
  strings,
  typeOf,
  type Value,
} from '../../src/template/value/value.ts'

/** A value with a field and methods, as times and certificates are. */
class Greeter extends Opaque {
  readonly type = '*test.Greeter'
  readonly kind = 'ptr'

  override text(): string {
    return 'a greeter'
  }

  override fields(): ReadonlyMap<string, Value> {
    return new Map([['Name', 'Ann']])
  }

  override method(name: string): Method | undefined {
    if (name === 'Greet')
      return { params: ['string'], call: ([whom]) => (typeof whom === 'string' ? `hello ${whom}` : null) }
    return name === 'Fail' ? { params: [], call: fails } : undefined
  }
}

function fails(): never {
  throw new FunctionError('it does not work')
}

function holdingItself(): GoMap {
  const it = dict()
  it.entries.set('self', it)
  return it
}

/** Functions of each kind of signature, so that the tests of the language need no other room's. */
export const functions: Functions = {
  list: variadic([], any, (_, items) => list(items)),
  upper: fn(['string'], ([text]) => text.toUpperCase()),
  join: variadic(['string'], 'string', ([separator], texts) => texts.join(separator)),
  add1: fn(['int'], ([number]) => int(number.value + 1n)),
  int8: fn(['int8'], ([number]) => number),
  uint: fn(['uint'], ([number]) => number),
  float: fn(['float64'], ([number]) => number),
  flag: fn(['bool'], ([flag]) => flag),
  size: fn(['map[string]interface {}'], ([map]) => int(map.entries.size)),
  typeOf: fn([any], ([value]) => typeOf(value)),
  nothing: fn([], () => null),
  circle: fn([], holdingItself),
  absent: fn([], () => nilIfEmpty(list([]))),
  greeter: fn([], () => new Greeter()),
  fails: fn([], fails),
  breaks: fn([any], ([value]) => {
    throw new TypeError(`shows ${typeof value === 'string' ? value : 'no text'}`)
  }),
  isLiteral: variadic([], any, (_, _rest, env) => env.isLiteral),
  put: fn(['map[string]interface {}', 'string', any], ([map, key, value]) => {
    map.entries.set(key, value)
    return ''
  }),
}

/** What the tests' templates see. */
export function values(): GoMap {
  return dict(
    new Map<string, Value>([
      ['word', 'bee'],
      ['markup', 'x<y'],
      ['accent', goString('hé世界')],
      ['empty', ''],
      ['zero', int(0)],
      ['five', int(5)],
      ['byte', new Int('uint8', 200n)],
      ['minus', int(-7)],
      ['half', 0.5],
      ['yes', true],
      ['nil', null],
      ['list', list(['p', 'q', int(3), null])],
      ['none', list([])],
      ['words', strings(['s1', 's2'])],
      ['grid', list([list([int(1), int(2)]), list([int(3)])])],
      [
        'map',
        dict(
          new Map<string, Value>([
            ['k2', 'v2'],
            ['k1', 'v1'],
            ['nil', null],
          ]),
        ),
      ],
      [
        'texts',
        new GoMap(
          'map[string]string',
          new Map([
            ['y', '2'],
            ['x', '1'],
          ]),
        ),
      ],
      ['deep', dict(new Map([['er', dict(new Map([['est', 'bottom']]))]]))],
    ]),
  )
}

export interface Settings {
  readonly delimiters?: readonly [left: string, right: string]
  readonly limits?: Limits
  readonly data?: GoMap
  readonly signal?: AbortSignal
}

/** Parses and runs one template of the name `t`. Throws TemplateError. */
export function render(text: string, { delimiters, limits, data = values(), signal }: Settings = {}): string {
  const tree = parse({ name: 't', text }, { functions, delimiters })
  const budget = new Budget(limits)
  const random = (bytes: number): Uint8Array => new Uint8Array(bytes)
  const [result] = run([tree], { data, functions, compat: 'strict', nowMs: 0, budget, random, signal })
  return Buffer.from(result ?? []).toString()
}

/** The error of a template that cannot be rendered. */
export function errorOf(text: string, settings?: Settings): TemplateError {
  try {
    render(text, settings)
  } catch (error) {
    if (error instanceof TemplateError) return error
    throw error
  }
  throw new Error('the template was rendered')
}
