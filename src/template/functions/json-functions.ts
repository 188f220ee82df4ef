import { FunctionError } from '../error.ts'
import { type Env, type Functions, fn, type GoFunction } from '../function.ts'
import { decodeJson, decodeJsonLoosely, encodeJson, type JsonStyle } from '../value/json.ts'
import { any } from '../value/value.ts'

const compact: JsonStyle = { escapeHtml: true, indent: '' }
const pretty: JsonStyle = { escapeHtml: true, indent: '  ' }
const raw: JsonStyle = { escapeHtml: false, indent: '' }

/** JSON. What sprig lets pass silently (`fromJson`, `toJson`, `toPrettyJson`) passes in ESO's mode only. */
export const jsonFunctions: Functions = {
  fromJson: fn(['string'], ([text], env) =>
    env.compat === 'eso' ? decodeJsonLoosely(text, env.budget) : decodeJson(text, env.budget),
  ),
  mustFromJson: fn(['string'], ([text], env) => decodeJson(text, env.budget)),
  toJson: forgiving(encoder(compact)),
  mustToJson: encoder(compact),
  toPrettyJson: forgiving(encoder(pretty)),
  mustToPrettyJson: encoder(pretty),
  toRawJson: encoder(raw),
  mustToRawJson: encoder(raw),
}

function encoder(style: JsonStyle): GoFunction {
  return fn([any], ([value], env) => encodeJson(value, style, env.budget))
}

/** In ESO's mode an error gives nothing. */
function forgiving(it: GoFunction): GoFunction {
  const call: GoFunction['call'] = (args, env: Env) => {
    try {
      return it.call(args, env)
    } catch (error) {
      if (env.compat === 'eso' && error instanceof FunctionError) return ''
      throw error
    }
  }
  return { ...it, call }
}
