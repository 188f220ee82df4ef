import { expect, test } from 'vitest'
import { failureOf } from '../../../test/fakes/template/rendered.ts'
import { coreFunctions } from './core.ts'

test('each function has a twin of its must twin', () => {
  const musts = Object.keys(coreFunctions).filter((name) => name.startsWith('must'))
  const plain = musts.map((name) => name.slice(4, 5).toLowerCase() + name.slice(5))

  expect(plain.filter((name) => coreFunctions[name] === undefined)).toEqual([])
})

test('nothing reaches the environment or the network', () => {
  expect(['env', 'expandenv', 'getHostByName'].filter((name) => name in coreFunctions)).toEqual([])
})

// What a template may ask for, and what it must not get.
test.each([
  '{{ repeat 1000000000 "a" }}',
  '{{ indent 1000000000 "a" }}',
  '{{ nindent 100000 (repeat 1000 "\\n") }}',
  '{{ until 1000000000 }}',
  '{{ untilStep 0 9223372036854775807 1 }}',
  '{{ seq 1 9223372036854775806 }}',
  '{{ replace "" (repeat 10000 "a") (repeat 100000 "b") }}',
  '{{ replace "a" (repeat 10000 "b") (repeat 100000 "a") }}',
  '{{ wrapWith 1 (repeat 10000 "-") (repeat 100000 "a") }}',
  '{{ join (repeat 10000 "-") (until 100000) }}',
  '{{ uniq (until 100000) }}',
  '{{ $l := list 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}{{ deepCopy $l | len }}',
  '{{ $l := list 1 }}{{ range until 60 }}{{ $l = concat $l $l }}{{ end }}',
  '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ deepCopy $d | len }}',
  '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ $e := dict }}{{ $_ := set $e "d" $e }}{{ merge $d $e | len }}',
  '{{ $d := dict }}{{ $_ := set $d "d" $d }}{{ toString $d }}',
])('%s ends in an error soon', (template) => {
  const began = performance.now()

  expect(failureOf(template)).toBeDefined()
  expect(performance.now() - began).toBeLessThan(4000)
})

test('no error shows an argument', () => {
  for (const template of [
    '{{ substr 99 -1 .secret }}',
    '{{ first .secret }}',
    '{{ semver .secret }}',
    '{{ semverCompare .secret "1.0.0" }}',
    '{{ semverCompare ">1" .secret }}',
    '{{ (semver "1.0.0").SetPrerelease .secret }}',
    '{{ urlParse (printf "http://%s/%%zz" .secret) }}',
    '{{ urlParse (printf "http://[%s]/" .secret) }}',
    '{{ urlParse (printf "http://h:%s/" .secret) }}',
    '{{ urlParse (printf ":%s" .secret) }}',
    '{{ dig .secret "x" "d" (dict .secret .secret) }}',
    '{{ merge (dict "a" 1) .secret }}',
    '{{ has .secret .secret }}',
    '{{ mustSlice (list .secret) 5 }}',
    '{{ div 1 .secret }}',
  ])
    expect(failureOf(template, { secret: 'hunter2 _!' })).toMatch(/^(?!.*hunter2)at /)
})
