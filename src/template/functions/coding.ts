import type { Functions } from '../function.ts'
import { dateFunctions } from './dates.ts'
import { encodingFunctions } from './encodings.ts'
import { hashFunctions } from './hashes.ts'
import { jsonFunctions } from './json-functions.ts'
import { randomFunctions } from './random.ts'
import { yamlFunctions } from './yaml-functions.ts'

/** Dates, encodings, hashes, JSON, YAML and random values, by the names of sprig and ESO. */
export const codingFunctions: Functions = {
  ...dateFunctions,
  ...encodingFunctions,
  ...hashFunctions,
  ...jsonFunctions,
  ...randomFunctions,
  ...yamlFunctions,
}
