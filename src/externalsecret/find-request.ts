import type { ExternalSecretDataFrom } from '../api/externalsecret-source.ts'
import { failure } from '../api/reason.ts'
import type { Failure } from '../std/failure.ts'
import { goPattern } from '../std/go-pattern.ts'
import type { FindRequest } from '../store/provider.ts'
import { programSizeOf } from '../template/functions/regex-size.ts'

type Find = NonNullable<ExternalSecretDataFrom['find']>

/** Instructions of a pattern at most: such a one takes about a millisecond for a name, and there are thousands. */
const largestPattern = 1500

/** What a provider is asked to find. Throws Failure InvalidSpec that names the field at fault. */
export function findRequestOf({ path, name, tags = {} }: Find, at: string): FindRequest {
  const hasTags = Object.keys(tags).length > 0
  if (name === undefined && !hasTags) throw invalid(at, 'it needs name or tags; path only says where to look')
  const pattern = name === undefined ? undefined : checkedPattern(name.regexp ?? '', `${at}.name.regexp`)
  return {
    ...(path !== undefined && { path }),
    ...(pattern !== undefined && { name: pattern }),
    ...(hasTags && { tags }),
  }
}

/** A short pattern may be large: `((a{30}){30}){30}`. */
function checkedPattern(pattern: string, at: string): string {
  if (programSizeOf(pattern) > largestPattern) throw invalid(at, 'the pattern is too large')
  if (goPattern(pattern) === undefined) throw invalid(at, 'it is not a regular expression (RE2)')
  return pattern
}

function invalid(at: string, why: string): Failure {
  return failure('InvalidSpec', `Cannot use ${at}: ${why}`)
}
