import fc from 'fast-check'
import { dates } from './arbitrary-dates.ts'
import { jsons, yamls } from './arbitrary-documents.ts'
import { constants, numbers } from './arbitrary-numbers.ts'
import { patterns } from './arbitrary-patterns.ts'
import { prints } from './arbitrary-prints.ts'
import { urls } from './arbitrary-urls.ts'
import { versions } from './arbitrary-versions.ts'
import { words } from './arbitrary-words.ts'
import type { Case } from './case.ts'

/** Cases which go deep into one thing. */
export const focused: fc.Arbitrary<Case> = fc.oneof(
  { weight: 2, arbitrary: words },
  { weight: 1, arbitrary: numbers },
  { weight: 1, arbitrary: constants },
  { weight: 2, arbitrary: prints },
  { weight: 1, arbitrary: jsons },
  { weight: 1, arbitrary: yamls },
  { weight: 1, arbitrary: patterns },
  { weight: 1, arbitrary: dates },
  { weight: 1, arbitrary: versions },
  { weight: 1, arbitrary: urls },
)
