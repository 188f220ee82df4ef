import fc from 'fast-check'
import { anyText, focus } from './focus.ts'
import { oneOf, piecesOf } from './one-of.ts'

const patternPart = fc.oneof(
  oneOf(
    'a¦b¦.¦\\d¦\\w¦\\s¦[a-c]¦[^a]¦(a)¦(a|b)¦(?:ab)¦^¦$¦\\b¦\\B¦é¦\\pL¦[[:digit:]]¦(?i)¦(?i:B)¦\\.¦' +
      '(?P<n>a+)¦(?<m>b)¦\\x41¦[\\]-]¦\\A¦\\z¦()¦|¦\\Q.\\E¦[\\d_]¦(?s).¦(?m)^¦\\PL¦\\n¦[^[:space:]]¦' +
      '\\p{Greek}¦ ',
  ),
  oneOf('(¦)¦[¦*¦\\¦{¦(?¦[z-a]¦\\8¦(?P<¦\\Z¦{2¦\\p{Nope}¦(?!a)'),
)
const regex = fc
  .array(
    fc.tuple(
      fc.oneof({ weight: 9, arbitrary: patternPart }, { weight: 1, arbitrary: fc.string({ maxLength: 3 }) }),
      oneOf('¦¦¦*¦+¦?¦*?¦+?¦{2}¦{1,}¦{0,2}?¦??'),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.map((it) => it.join('')).join(''))
/** Regular expressions, good and bad. */
export const patterns = focus(
  piecesOf(
    '{{ regexMatch .b .a }}¦{{ regexFindAll .b .a -1 | printf "%q" }}¦' +
      '{{ regexFindAll .b .a 2 | printf "%q" }}¦{{ regexFind .b .a }}¦' +
      '{{ regexReplaceAll .b .a "[${1}$n$0]" }}¦{{ regexReplaceAll .b .a "<$1x>" }}¦' +
      '{{ regexReplaceAllLiteral .b .a "$1" }}¦{{ regexSplit .b .a -1 | printf "%q" }}¦' +
      '{{ regexSplit .b .a 2 | printf "%q" }}¦{{ regexQuoteMeta .b }}',
  ),
  fc.oneof(
    anyText,
    fc.array(oneOf('a¦b¦A¦1¦ ¦é¦\n¦.¦ab¦Σ'), { maxLength: 10 }).map((it) => it.join('')),
  ),
  regex,
)
