import { expect, test } from 'vitest'
import { rendered } from '../../../test/fakes/template/rendered.ts'

const data = {
  path: '/etc//app/../ssl/./tls.key',
}

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'base gives the last element',
    String.raw`{{ base "foo/bar/baz" }} {{ base "/" }} {{ base "" }} {{ base "a//" }} {{ osBase "/foo/bar/baz" }} {{ osBase "C:\\foo\\baz" }}`,
    String.raw`baz / . a baz C:\foo\baz`,
  ],
  [
    'dir takes the last element off',
    '{{ dir "foo/bar/baz" }} {{ dir "baz" }} {{ dir "/" }} {{ dir "" }} {{ dir "a/b/" }} {{ osDir "/foo/bar/baz" }}',
    'foo/bar . / . a/b /foo/bar',
  ],
  [
    'clean shortens a path',
    '{{ clean "foo/bar/../baz" }} {{ clean .path }} {{ clean "" }} {{ clean "../../a" }} {{ clean "/../a" }} {{ osClean "/foo/bar/../baz" }} {{ clean "a/../.." }}',
    'foo/baz /etc/ssl/tls.key . ../../a /a /foo/baz ..',
  ],
  [
    'ext gives the extension',
    '{{ ext "foo.bar" }} {{ ext "a.b/c" }} {{ ext "x.tar.gz" }} [{{ ext "none" }}] {{ ext "." }} {{ osExt "/foo.bar" }}',
    '.bar  .gz [] . .bar',
  ],
  [
    'isAbs asks for a slash',
    '{{ isAbs "/a" }} {{ isAbs "a" }} {{ osIsAbs "/a" }} {{ osIsAbs "" }}',
    'true false true false',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template, data)).toBe(result)
})
