import { FunctionError } from '../error.ts'
import { type Functions, fn } from '../function.ts'
import { any } from '../value/value.ts'
import { decodeYaml, decodeYamlLoosely, encodeYaml } from '../value/yaml.ts'

/** ESO's YAML. What it lets pass silently passes in its own mode only. */
export const yamlFunctions: Functions = {
  toYaml: fn([any], ([value], env) => {
    try {
      return encodeYaml(value, env.budget)
    } catch (error) {
      if (env.compat === 'eso' && error instanceof FunctionError) return ''
      throw error
    }
  }),
  fromYaml: fn(['string'], ([text], env) =>
    env.compat === 'eso' ? decodeYamlLoosely(text, env.budget) : decodeYaml(text, env.budget),
  ),
}
