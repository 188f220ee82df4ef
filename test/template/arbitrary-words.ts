import fc from 'fast-check'
import { anyText, focus } from './focus.ts'
import { piecesOf } from './one-of.ts'

/** Functions of text over any text. */
export const words = focus(
  [
    ...piecesOf(
      'upper¦lower¦title¦untitle¦swapcase¦snakecase¦camelcase¦kebabcase¦initials¦nospace¦trim¦quote¦' +
        'squote¦b64enc¦b32enc¦sha256sum¦regexQuoteMeta¦html¦js¦urlquery¦toJson¦toRawJson¦toYaml¦' +
        'adler32sum¦clean¦base¦ext¦atoi¦float64¦int¦toDecimal¦len¦splitList ""¦' +
        'printf "%x|%X|%q|%+q|%#q|%U"¦printf "%v %#v %T %s"¦printf "%5.2s|%-8s|%08s"¦wrap 5¦' +
        'wrapWith 3 "|"¦trunc 3¦trunc -3¦abbrev 6¦abbrevboth 2 8¦indent 2¦substr 1 3¦' +
        'plural "one" "many" | len¦urlParse¦first¦semver¦duration¦durationRound¦b64dec¦b32dec¦fromJson¦' +
        'fromYaml¦default "x"¦dict "k"¦list 1¦toStrings¦sha1sum¦print 1¦println 1 "x"¦hasPrefix "f"¦' +
        'list 1 2 | toYaml¦dict "a" 1 "b"¦camelcase | snakecase¦html | js',
    ).map((it) => `{{ .a | ${it} }}`),
    '{{ range $i, $c := .a }}{{ $i }}={{ $c }} {{ end }}',
    '{{ index .a 0 }}',
    '{{ slice .a 1 }}',
    '{{ .a }}{{ .a | len }}',
    '{{ dict "k" .a | toYaml }}',
    '{{ list .a "x" | toYaml }}',
    '{{ dict .a "x" | toYaml }}',
    '{{ dict .a .a | toPrettyJson }}',
    '{{ list .a nil 1.5 | toJson }}',
    '{{ eq .a .b }} {{ lt .a .b }}',
    '{{ .a | replace .b "-" }}',
    '{{ contains .b .a }} {{ hasSuffix .b .a }}',
    '{{ split .b .a }}',
    '{{ trimAll .b .a }}|{{ trimPrefix .b .a }}|{{ trimSuffix .b .a }}',
    '{{ cat .a .b }}',
    '{{ dict "x" (dict "y" .a "z" (list .b (dict "w" .a))) | toYaml }}',
  ],
  anyText,
  fc.oneof(fc.constantFrom('', 'f', ' ', '-'), anyText),
)
