import fc from 'fast-check'
import { texts } from './arbitrary-text.ts'
import { focus } from './focus.ts'
import { oneOf, piecesOf } from './one-of.ts'

const versionText = fc.oneof(
  texts.semver ?? fc.string(),
  fc
    .tuple(
      fc.constantFrom('', 'v', '='),
      fc.array(oneOf('0¦1¦2¦10¦01¦x¦*¦1a'), { minLength: 1, maxLength: 4 }),
      oneOf('¦¦-alpha¦-alpha.1¦-1¦-rc.2¦-01¦-a..b¦-é'),
      fc.constantFrom('', '', '+b', '+b.1', '+'),
    )
    .map(([v, parts, pre, build]) => `${v}${parts.join('.')}${pre}${build}`),
)
const rangeText = fc
  .array(
    fc.tuple(
      oneOf('¦=¦!=¦>¦<¦>=¦=<¦<=¦=>¦~¦~>¦^¦>= ¦> '),
      versionText,
      fc.constantFrom(' ', ', ', ' || ', ' - ', '', ','),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((it) => it.flat().join('').trim())
/** Semantic versions and what they are compared with. */
export const versions = focus(
  piecesOf(
    '{{ semverCompare .b .a }}¦{{ semver .a }}¦' +
      '{{ with semver .a }}{{ .Major }} {{ .Minor }} {{ .Patch }} {{ .Prerelease }} {{ .Metadata }} {{ .Original }}{{ end }}¦' +
      '{{ (semver .a).Compare (semver "1.2.3") }}¦' +
      '{{ (semver .a).IncMinor }} {{ (semver .a).IncPatch }}¦{{ semver .a | toJson }}¦' +
      '{{ semver .a | printf "%v %s %T" }}',
  ),
  versionText,
  rangeText,
)
