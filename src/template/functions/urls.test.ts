import fc from 'fast-check'
import { expect, test } from 'vitest'
import { failureOf, rendered } from '../../../test/fakes/template/rendered.ts'

const data = {
  path: '/etc//app/../ssl/./tls.key',
  url: 'https://ann:p%40ss@db.acme.example:8443/a%20b/c?x=1&y=2#top',
}

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'urlParse takes a URL apart',
    '{{ urlParse "http://admin:secret@server.com:8080/api?list=false#anchor" }}',
    'map[fragment:anchor host:server.com:8080 hostname:server.com opaque: path:/api query:list=false scheme:http userinfo:admin:secret]',
  ],
  [
    'urlParse reads escapes',
    '{{ $u := urlParse .url }}{{ $u.userinfo }} {{ $u.hostname }} {{ $u.host }} {{ $u.path }} {{ $u.query }} {{ $u.fragment }}',
    'ann:p%40ss db.acme.example db.acme.example:8443 /a b/c x=1&y=2 top',
  ],
  [
    'urlParse knows opaque URLs',
    '{{ urlParse "mailto:ann@acme.example?subject=x" }}',
    'map[fragment: host: hostname: opaque:ann@acme.example path: query:subject=x scheme:mailto userinfo:]',
  ],
  [
    'urlParse knows IPv6',
    '{{ $u := urlParse "tcp://[fe80::1%25eth0]:53" }}{{ $u.host }} {{ $u.hostname }}',
    '[fe80::1%eth0]:53 fe80::1%eth0',
  ],
  [
    'urlParse of a path has no host',
    '{{ urlParse "/a/b?c" }} {{ urlParse "a%2Fb" }} {{ urlParse "" }} {{ urlParse "*" }} {{ urlParse "//h/p" }}',
    'map[fragment: host: hostname: opaque: path:/a/b query:c scheme: userinfo:] map[fragment: host: hostname: opaque: path:a/b query: scheme: userinfo:] map[fragment: host: hostname: opaque: path: query: scheme: userinfo:] map[fragment: host: hostname: opaque: path:* query: scheme: userinfo:] map[fragment: host:h hostname:h opaque: path:/p query: scheme: userinfo:]',
  ],
  ['urlParse makes the scheme small', '{{ (urlParse "HTTPS://Host/").scheme }}', 'https'],
  [
    'urlJoin puts a URL together',
    '{{ urlJoin (dict "fragment" "fragment" "host" "host:80" "path" "/path" "query" "query" "scheme" "http") }}',
    'http://host:80/path?query#fragment',
  ],
  [
    'urlJoin escapes',
    '{{ urlJoin (dict "scheme" "https" "host" "h" "path" "a b/ü?" "userinfo" "ann:p@ss" "fragment" "x y") }}',
    'https://ann:p%40ss@h/a%20b/%C3%BC%3F#x%20y',
  ],
  [
    'urlJoin is the way back',
    '{{ .url | urlParse | urlJoin }}',
    'https://ann:p%40ss@db.acme.example:8443/a%20b/c?x=1&y=2#top',
  ],
  [
    'urlJoin of little is little',
    '[{{ urlJoin (dict) }}] {{ urlJoin (dict "path" "a:b") }} {{ urlJoin (dict "opaque" "x@y" "scheme" "mailto") }} {{ urlJoin (dict "scheme" "x" "path" "p") }}',
    '[] ./a:b mailto:x@y x://p',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template, data)).toBe(result)
})

const failures: readonly [name: string, template: string][] = [
  ['urlParse of a bad escape is an error', '{{ urlParse "http://h/%zz" }}'],
  ['urlParse of a control character is an error', String.raw`{{ urlParse "http://h/\n" }}`],
  ['urlParse of a bad port is an error', '{{ urlParse "http://h:x/" }}'],
  ['urlParse of a colon first is an error', '{{ urlParse ":x" }}'],
  ['urlParse of a blank in the host is an error', '{{ urlParse "http://a b/" }}'],
  ['urlJoin of a number is an error', '{{ urlJoin (dict "host" 1) }}'],
]

test.each(failures)('%s', (_, template) => {
  expect(failureOf(template, data)).toMatch(/^at <.*>: /)
})

test('a URL put together is the one that was taken apart', () => {
  fc.assert(
    fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
      const parts = '{{ urlParse .url }}'
      const again = rendered('{{ urlParse .url | urlJoin }}', { url })

      expect(rendered(parts, { url: again })).toBe(rendered(parts, { url }))
    }),
  )
})
