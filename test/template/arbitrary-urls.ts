import fc from 'fast-check'
import { focus } from './focus.ts'
import { oneOf } from './one-of.ts'

const urlPart = oneOf(
  'http¦https://¦://¦user¦:¦@¦pa%20ss¦/¦//¦host.test¦[::1]¦[::1¦:80¦:x¦/a b¦%zz¦%41¦?¦q=1¦&¦#¦' +
    'frag%23¦é¦ ¦mailto:¦..¦*¦\u007f¦;¦+¦%2F¦=¦|¦"¦<',
)
/** Addresses, taken apart and joined. */
export const urls = focus(
  [
    '{{ urlParse .a | toJson }}',
    '{{ urlParse .a | urlJoin }}',
    '{{ urlJoin (dict "scheme" "https" "host" .a "path" .b) }}',
    '{{ urlJoin (dict "path" .a "query" .b "fragment" .b) }}',
    '{{ urlJoin (dict "userinfo" .a "host" "h" "opaque" .b) }}',
    '{{ urlquery .a }}',
  ],
  fc.array(urlPart, { maxLength: 7 }).map((it) => it.join('')),
  fc.constantFrom('', '/a', 'b c', '%41', 'x:y', '//x'),
)
