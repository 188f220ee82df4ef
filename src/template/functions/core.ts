import type { Functions } from '../function.ts'
import { caseFunctions } from './case.ts'
import { copyFunctions } from './copy.ts'
import { cutFunctions } from './cut.ts'
import { decimalFunctions } from './decimals.ts'
import { defaultFunctions } from './defaults.ts'
import { dictFunctions } from './dicts.ts'
import { failFunctions } from './fail.ts'
import { floatFunctions } from './floats.ts'
import { indentFunctions } from './indent.ts'
import { listFunctions } from './lists.ts'
import { mathFunctions } from './math.ts'
import { membershipFunctions } from './membership.ts'
import { mergeFunctions } from './merge.ts'
import { numeralFunctions } from './numerals.ts'
import { pathFunctions } from './paths.ts'
import { rangeFunctions } from './ranges.ts'
import { reflectFunctions } from './reflect.ts'
import { regexFunctions } from './regex.ts'
import { semverFunctions } from './semver.ts'
import { splitFunctions } from './split.ts'
import { stringFunctions } from './strings.ts'
import { trimFunctions } from './trim.ts'
import { urlFunctions } from './urls.ts'
import { wordFunctions } from './words.ts'
import { wrapFunctions } from './wrap.ts'

/** sprig's functions on text, lists, maps, numbers and paths: all that need neither clock, chance nor keys. */
export const coreFunctions: Functions = {
  ...caseFunctions,
  ...copyFunctions,
  ...cutFunctions,
  ...decimalFunctions,
  ...defaultFunctions,
  ...dictFunctions,
  ...failFunctions,
  ...floatFunctions,
  ...indentFunctions,
  ...listFunctions,
  ...mathFunctions,
  ...membershipFunctions,
  ...mergeFunctions,
  ...numeralFunctions,
  ...pathFunctions,
  ...rangeFunctions,
  ...reflectFunctions,
  ...regexFunctions,
  ...semverFunctions,
  ...splitFunctions,
  ...stringFunctions,
  ...trimFunctions,
  ...urlFunctions,
  ...wordFunctions,
  ...wrapFunctions,
}
