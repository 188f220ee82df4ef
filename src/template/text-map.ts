import { Budget } from './budget.ts'
import { FunctionError, TemplateError } from './error.ts'
import { bytesOf, ofBytes, textOf } from './value/bytes.ts'
import { decodeYamlStrings } from './value/yaml.ts'

/**
 * A YAML map of texts, as ESO reads the result of a template (sigs.k8s.io/yaml into `map[string]string`): numbers and
 * truth values become their text, null becomes empty, the last of equal keys wins. Throws TemplateError, which shows
 * nothing of the map: it may hold secrets.
 */
export function textMapOf(yaml: Uint8Array): ReadonlyMap<string, Uint8Array> {
  try {
    const texts = decodeYamlStrings(ofBytes(yaml), new Budget())
    return new Map([...texts].map(([key, value]) => [textOf(key), bytesOf(value)]))
  } catch (error) {
    if (error instanceof FunctionError) throw new TemplateError(`its result cannot be used: ${error.message}`)
    throw error
  }
}
