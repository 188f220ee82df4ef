import type { Budget } from '../budget.ts'
import { FunctionError } from '../error.ts'
import { goString } from './bytes.ts'
import { encodeJson } from './json.ts'
import { GoMap, type GoString, type Value } from './value.ts'
import { decodeYamlNode } from './yaml-decode.ts'
import { emitYaml } from './yaml-emit.ts'
import { YamlFault } from './yaml-fault.ts'
import { MappingFault, mapOfYaml, stringsOfYaml } from './yaml-json.ts'
import { parseYaml } from './yaml-parser.ts'
import type { YamlValue } from './yaml-value.ts'

/**
 * A value as ESO's toYaml writes it, which goes by way of JSON (sigs.k8s.io/yaml on go-yaml v2), less the last line
 * feed. Throws FunctionError where Go returns an error.
 */
export function encodeYaml(value: Value, budget: Budget): GoString {
  const json = encodeJson(value, { escapeHtml: true, indent: '' }, budget)
  const text = goString(
    emitYaml(
      spoken(() => read(json, budget)),
      budget,
    ),
  )
  budget.allocate(text.length)
  return text.endsWith('\n') ? text.slice(0, -1) : text
}

/** The map of a YAML text as ESO's fromYaml gives it: every number float64. Throws FunctionError. */
export function decodeYaml(text: GoString, budget: Budget): GoMap {
  return spoken(() => mapOfYaml(read(text, budget), budget))
}

/** The same where ESO's result is asked for: what go-yaml says is wrong stands under `Error`. */
export function decodeYamlLoosely(text: GoString, budget: Budget): GoMap {
  try {
    return mapOfYaml(read(text, budget), budget)
  } catch (error) {
    if (!(error instanceof YamlFault || error instanceof MappingFault)) throw error
    return new GoMap('map[string]interface {}', new Map([['Error', goString(goMessage(error))]]))
  }
}

/** A YAML text as Kubernetes decodes it into a `map[string]string`: numbers and booleans as text. Throws FunctionError. */
export function decodeYamlStrings(text: GoString, budget: Budget): Map<GoString, GoString> {
  return spoken(() => stringsOfYaml(read(text, budget), budget))
}

/** An empty text holds nil. */
function read(text: GoString, budget: Budget): YamlValue {
  const node = parseYaml(text, budget)
  return node === undefined ? null : decodeYamlNode(node, budget)
}

function goMessage(error: YamlFault | MappingFault): string {
  return error instanceof YamlFault ? `error converting YAML to JSON: ${error.goText}` : error.goText
}

/** Runs what may meet a fault, and says it in words that show nothing of the text. */
function spoken<Result>(run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (error instanceof YamlFault) throw new FunctionError(`is not YAML${place(error)}: ${error.message}`)
    if (error instanceof MappingFault) throw new FunctionError(error.message)
    throw error
  }
}

function place({ line }: YamlFault): string {
  return line === undefined ? '' : ` at line ${line}`
}
