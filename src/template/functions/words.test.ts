import { expect, test } from 'vitest'
import { rendered } from '../../../test/fakes/template/rendered.ts'

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'snakecase parts words of a name',
    '{{ snakecase "FirstName" }} {{ snakecase "HTTPServer" }} {{ snakecase "NoHTTPS" }} {{ snakecase "GO_PATH" }} {{ snakecase "GO PATH" }} {{ snakecase "GO-PATH" }}',
    'first_name http_server no_https go_path go_path go_path',
  ],
  [
    'snakecase knows numbers',
    '{{ snakecase "http2xx" }} {{ snakecase "HTTP20xOK" }} {{ snakecase "Duration2m3s" }} {{ snakecase "Bld4Floor3rd" }} {{ snakecase "a1" }}',
    'http_2xx http_20x_ok duration_2m3s bld4_floor_3rd a1',
  ],
  [
    'snakecase keeps punctuation and other scripts',
    '{{ snakecase "Foo.Bar世界Baz, Qux" }}',
    'foo.bar_世界_baz,_qux',
  ],
  [
    'kebabcase parts words of a name',
    '{{ kebabcase "FirstName" }} {{ kebabcase "HTTPServer" }} {{ kebabcase "GO_PATH" }}',
    'first-name http-server go-path',
  ],
  [
    'camelcase begins with a small letter in the version that ESO uses',
    '{{ camelcase "http_server" }} {{ camelcase "some words" }} {{ camelcase "GOLANG_IS_GREAT" }} {{ camelcase "no_https" }}',
    'httpServer someWords golangIsGreat noHttps',
  ],
  [
    'camelcase keeps connectors at the ends',
    '{{ camelcase "_complex__case_" }} {{ camelcase "__" }} [{{ camelcase "" }}] {{ camelcase "A" }}',
    '_complex_Case_ ___ [] a',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template)).toBe(result)
})
