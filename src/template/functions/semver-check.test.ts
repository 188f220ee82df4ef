import { expect, test } from 'vitest'
import { rendered } from '../../../test/fakes/template/rendered.ts'

// What ESO's engine gives.
const results: readonly [name: string, template: string, result: string][] = [
  [
    'semverCompare takes a caret for the same major version',
    '{{ semverCompare "^1.2.0" "1.2.3" }} {{ semverCompare "^1.2.0" "1.9.0" }} {{ semverCompare "^1.2.0" "1.1.9" }} {{ semverCompare "^1.2.0" "2.0.0" }} {{ semverCompare "^1.2.0" "1.3.0-rc.1" }}',
    'true true false false false',
  ],
  [
    'semverCompare takes a range with a dash',
    '{{ semverCompare "1.2 - 1.4.5" "1.2.0" }} {{ semverCompare "1.2 - 1.4.5" "1.4.5" }} {{ semverCompare "1.2 - 1.4.5" "1.4.6" }} {{ semverCompare "1.2 - 1.4.5" "1.1.9" }}',
    'true true false false',
  ],
  [
    'semverCompare takes x',
    '{{ semverCompare "1.2.x" "0.0.0" }} {{ semverCompare "1.2.x" "0.0.3" }} {{ semverCompare "1.2.x" "0.0.4" }} {{ semverCompare "1.2.x" "0.1.0" }} {{ semverCompare "1.2.x" "0.2.0" }} {{ semverCompare "1.2.x" "0.2.3" }} {{ semverCompare "1.2.x" "0.2.9" }} {{ semverCompare "1.2.x" "0.3.0" }} {{ semverCompare "1.2.x" "1.0.0" }} {{ semverCompare "1.2.x" "1.1.9" }} {{ semverCompare "1.2.x" "1.2.0" }} {{ semverCompare "1.2.x" "1.2.3" }} {{ semverCompare "1.2.x" "1.2.4" }} {{ semverCompare "1.2.x" "1.2.9" }} {{ semverCompare "1.2.x" "1.3.0" }} {{ semverCompare "1.2.x" "1.2.3-alpha" }} {{ semverCompare "1.2.x" "1.2.4-rc.1" }} {{ semverCompare "1.2.x" "2.0.0" }} {{ semverCompare "1.2.x" "2.2.9" }} {{ semverCompare "1.2.x" "2.3.0" }} {{ semverCompare "1.2.x" "2.3.9" }} {{ semverCompare "1.2.x" "2.4.0" }} {{ semverCompare "1.2.x" "3.0.0" }} {{ semverCompare "1.2.x" "4.0.0" }}',
    'false false false false false false false false false false true true true true false false false false false false false false false false',
  ],
  [
    'semverCompare takes a greater wildcard',
    '{{ semverCompare ">= 1.2.x" "0.0.0" }} {{ semverCompare ">= 1.2.x" "0.0.3" }} {{ semverCompare ">= 1.2.x" "0.0.4" }} {{ semverCompare ">= 1.2.x" "0.1.0" }} {{ semverCompare ">= 1.2.x" "0.2.0" }} {{ semverCompare ">= 1.2.x" "0.2.3" }} {{ semverCompare ">= 1.2.x" "0.2.9" }} {{ semverCompare ">= 1.2.x" "0.3.0" }} {{ semverCompare ">= 1.2.x" "1.0.0" }} {{ semverCompare ">= 1.2.x" "1.1.9" }} {{ semverCompare ">= 1.2.x" "1.2.0" }} {{ semverCompare ">= 1.2.x" "1.2.3" }} {{ semverCompare ">= 1.2.x" "1.2.4" }} {{ semverCompare ">= 1.2.x" "1.2.9" }} {{ semverCompare ">= 1.2.x" "1.3.0" }} {{ semverCompare ">= 1.2.x" "1.2.3-alpha" }} {{ semverCompare ">= 1.2.x" "1.2.4-rc.1" }} {{ semverCompare ">= 1.2.x" "2.0.0" }} {{ semverCompare ">= 1.2.x" "2.2.9" }} {{ semverCompare ">= 1.2.x" "2.3.0" }} {{ semverCompare ">= 1.2.x" "2.3.9" }} {{ semverCompare ">= 1.2.x" "2.4.0" }} {{ semverCompare ">= 1.2.x" "3.0.0" }} {{ semverCompare ">= 1.2.x" "4.0.0" }}',
    'false false false false false false false false false false true true true true true false false true true true true true true true',
  ],
  [
    'semverCompare takes a smaller wildcard',
    '{{ semverCompare "<= 2.x" "0.0.0" }} {{ semverCompare "<= 2.x" "0.0.3" }} {{ semverCompare "<= 2.x" "0.0.4" }} {{ semverCompare "<= 2.x" "0.1.0" }} {{ semverCompare "<= 2.x" "0.2.0" }} {{ semverCompare "<= 2.x" "0.2.3" }} {{ semverCompare "<= 2.x" "0.2.9" }} {{ semverCompare "<= 2.x" "0.3.0" }} {{ semverCompare "<= 2.x" "1.0.0" }} {{ semverCompare "<= 2.x" "1.1.9" }} {{ semverCompare "<= 2.x" "1.2.0" }} {{ semverCompare "<= 2.x" "1.2.3" }} {{ semverCompare "<= 2.x" "1.2.4" }} {{ semverCompare "<= 2.x" "1.2.9" }} {{ semverCompare "<= 2.x" "1.3.0" }} {{ semverCompare "<= 2.x" "1.2.3-alpha" }} {{ semverCompare "<= 2.x" "1.2.4-rc.1" }} {{ semverCompare "<= 2.x" "2.0.0" }} {{ semverCompare "<= 2.x" "2.2.9" }} {{ semverCompare "<= 2.x" "2.3.0" }} {{ semverCompare "<= 2.x" "2.3.9" }} {{ semverCompare "<= 2.x" "2.4.0" }} {{ semverCompare "<= 2.x" "3.0.0" }} {{ semverCompare "<= 2.x" "4.0.0" }}',
    'true true true true true true true true true true true true true true true false false true true true true true false false',
  ],
  [
    'semverCompare takes a star',
    '{{ semverCompare "*" "0.0.0" }} {{ semverCompare "*" "0.0.3" }} {{ semverCompare "*" "0.0.4" }} {{ semverCompare "*" "0.1.0" }} {{ semverCompare "*" "0.2.0" }} {{ semverCompare "*" "0.2.3" }} {{ semverCompare "*" "0.2.9" }} {{ semverCompare "*" "0.3.0" }} {{ semverCompare "*" "1.0.0" }} {{ semverCompare "*" "1.1.9" }} {{ semverCompare "*" "1.2.0" }} {{ semverCompare "*" "1.2.3" }} {{ semverCompare "*" "1.2.4" }} {{ semverCompare "*" "1.2.9" }} {{ semverCompare "*" "1.3.0" }} {{ semverCompare "*" "1.2.3-alpha" }} {{ semverCompare "*" "1.2.4-rc.1" }} {{ semverCompare "*" "2.0.0" }} {{ semverCompare "*" "2.2.9" }} {{ semverCompare "*" "2.3.0" }} {{ semverCompare "*" "2.3.9" }} {{ semverCompare "*" "2.4.0" }} {{ semverCompare "*" "3.0.0" }} {{ semverCompare "*" "4.0.0" }}',
    'true true true true true true true true true true true true true true true false false true true true true true true true',
  ],
  [
    'semverCompare takes a tilde of three',
    '{{ semverCompare "~1.2.3" "0.0.0" }} {{ semverCompare "~1.2.3" "0.0.3" }} {{ semverCompare "~1.2.3" "0.0.4" }} {{ semverCompare "~1.2.3" "0.1.0" }} {{ semverCompare "~1.2.3" "0.2.0" }} {{ semverCompare "~1.2.3" "0.2.3" }} {{ semverCompare "~1.2.3" "0.2.9" }} {{ semverCompare "~1.2.3" "0.3.0" }} {{ semverCompare "~1.2.3" "1.0.0" }} {{ semverCompare "~1.2.3" "1.1.9" }} {{ semverCompare "~1.2.3" "1.2.0" }} {{ semverCompare "~1.2.3" "1.2.3" }} {{ semverCompare "~1.2.3" "1.2.4" }} {{ semverCompare "~1.2.3" "1.2.9" }} {{ semverCompare "~1.2.3" "1.3.0" }} {{ semverCompare "~1.2.3" "1.2.3-alpha" }} {{ semverCompare "~1.2.3" "1.2.4-rc.1" }} {{ semverCompare "~1.2.3" "2.0.0" }} {{ semverCompare "~1.2.3" "2.2.9" }} {{ semverCompare "~1.2.3" "2.3.0" }} {{ semverCompare "~1.2.3" "2.3.9" }} {{ semverCompare "~1.2.3" "2.4.0" }} {{ semverCompare "~1.2.3" "3.0.0" }} {{ semverCompare "~1.2.3" "4.0.0" }}',
    'false false false false false false false false false false false true true true false false false false false false false false false false',
  ],
  [
    'semverCompare takes a tilde of one',
    '{{ semverCompare "~1" "0.0.0" }} {{ semverCompare "~1" "0.0.3" }} {{ semverCompare "~1" "0.0.4" }} {{ semverCompare "~1" "0.1.0" }} {{ semverCompare "~1" "0.2.0" }} {{ semverCompare "~1" "0.2.3" }} {{ semverCompare "~1" "0.2.9" }} {{ semverCompare "~1" "0.3.0" }} {{ semverCompare "~1" "1.0.0" }} {{ semverCompare "~1" "1.1.9" }} {{ semverCompare "~1" "1.2.0" }} {{ semverCompare "~1" "1.2.3" }} {{ semverCompare "~1" "1.2.4" }} {{ semverCompare "~1" "1.2.9" }} {{ semverCompare "~1" "1.3.0" }} {{ semverCompare "~1" "1.2.3-alpha" }} {{ semverCompare "~1" "1.2.4-rc.1" }} {{ semverCompare "~1" "2.0.0" }} {{ semverCompare "~1" "2.2.9" }} {{ semverCompare "~1" "2.3.0" }} {{ semverCompare "~1" "2.3.9" }} {{ semverCompare "~1" "2.4.0" }} {{ semverCompare "~1" "3.0.0" }} {{ semverCompare "~1" "4.0.0" }}',
    'false false false false false false false false true true true true true true true false false false false false false false false false',
  ],
  [
    'semverCompare takes a tilde of two',
    '{{ semverCompare "~2.3" "0.0.0" }} {{ semverCompare "~2.3" "0.0.3" }} {{ semverCompare "~2.3" "0.0.4" }} {{ semverCompare "~2.3" "0.1.0" }} {{ semverCompare "~2.3" "0.2.0" }} {{ semverCompare "~2.3" "0.2.3" }} {{ semverCompare "~2.3" "0.2.9" }} {{ semverCompare "~2.3" "0.3.0" }} {{ semverCompare "~2.3" "1.0.0" }} {{ semverCompare "~2.3" "1.1.9" }} {{ semverCompare "~2.3" "1.2.0" }} {{ semverCompare "~2.3" "1.2.3" }} {{ semverCompare "~2.3" "1.2.4" }} {{ semverCompare "~2.3" "1.2.9" }} {{ semverCompare "~2.3" "1.3.0" }} {{ semverCompare "~2.3" "1.2.3-alpha" }} {{ semverCompare "~2.3" "1.2.4-rc.1" }} {{ semverCompare "~2.3" "2.0.0" }} {{ semverCompare "~2.3" "2.2.9" }} {{ semverCompare "~2.3" "2.3.0" }} {{ semverCompare "~2.3" "2.3.9" }} {{ semverCompare "~2.3" "2.4.0" }} {{ semverCompare "~2.3" "3.0.0" }} {{ semverCompare "~2.3" "4.0.0" }}',
    'false false false false false false false false false false false false false false false false false false false true true false false false',
  ],
  [
    'semverCompare takes a tilde with x',
    '{{ semverCompare "~1.2.x" "0.0.0" }} {{ semverCompare "~1.2.x" "0.0.3" }} {{ semverCompare "~1.2.x" "0.0.4" }} {{ semverCompare "~1.2.x" "0.1.0" }} {{ semverCompare "~1.2.x" "0.2.0" }} {{ semverCompare "~1.2.x" "0.2.3" }} {{ semverCompare "~1.2.x" "0.2.9" }} {{ semverCompare "~1.2.x" "0.3.0" }} {{ semverCompare "~1.2.x" "1.0.0" }} {{ semverCompare "~1.2.x" "1.1.9" }} {{ semverCompare "~1.2.x" "1.2.0" }} {{ semverCompare "~1.2.x" "1.2.3" }} {{ semverCompare "~1.2.x" "1.2.4" }} {{ semverCompare "~1.2.x" "1.2.9" }} {{ semverCompare "~1.2.x" "1.3.0" }} {{ semverCompare "~1.2.x" "1.2.3-alpha" }} {{ semverCompare "~1.2.x" "1.2.4-rc.1" }} {{ semverCompare "~1.2.x" "2.0.0" }} {{ semverCompare "~1.2.x" "2.2.9" }} {{ semverCompare "~1.2.x" "2.3.0" }} {{ semverCompare "~1.2.x" "2.3.9" }} {{ semverCompare "~1.2.x" "2.4.0" }} {{ semverCompare "~1.2.x" "3.0.0" }} {{ semverCompare "~1.2.x" "4.0.0" }}',
    'false false false false false false false false false false true true true true false false false false false false false false false false',
  ],
  [
    'semverCompare takes a tilde with a minor x',
    '{{ semverCompare "~1.x" "0.0.0" }} {{ semverCompare "~1.x" "0.0.3" }} {{ semverCompare "~1.x" "0.0.4" }} {{ semverCompare "~1.x" "0.1.0" }} {{ semverCompare "~1.x" "0.2.0" }} {{ semverCompare "~1.x" "0.2.3" }} {{ semverCompare "~1.x" "0.2.9" }} {{ semverCompare "~1.x" "0.3.0" }} {{ semverCompare "~1.x" "1.0.0" }} {{ semverCompare "~1.x" "1.1.9" }} {{ semverCompare "~1.x" "1.2.0" }} {{ semverCompare "~1.x" "1.2.3" }} {{ semverCompare "~1.x" "1.2.4" }} {{ semverCompare "~1.x" "1.2.9" }} {{ semverCompare "~1.x" "1.3.0" }} {{ semverCompare "~1.x" "1.2.3-alpha" }} {{ semverCompare "~1.x" "1.2.4-rc.1" }} {{ semverCompare "~1.x" "2.0.0" }} {{ semverCompare "~1.x" "2.2.9" }} {{ semverCompare "~1.x" "2.3.0" }} {{ semverCompare "~1.x" "2.3.9" }} {{ semverCompare "~1.x" "2.4.0" }} {{ semverCompare "~1.x" "3.0.0" }} {{ semverCompare "~1.x" "4.0.0" }}',
    'false false false false false false false false true true true true true true true false false false false false false false false false',
  ],
  [
    'semverCompare takes a caret with x',
    '{{ semverCompare "^1.2.x" "0.0.0" }} {{ semverCompare "^1.2.x" "0.0.3" }} {{ semverCompare "^1.2.x" "0.0.4" }} {{ semverCompare "^1.2.x" "0.1.0" }} {{ semverCompare "^1.2.x" "0.2.0" }} {{ semverCompare "^1.2.x" "0.2.3" }} {{ semverCompare "^1.2.x" "0.2.9" }} {{ semverCompare "^1.2.x" "0.3.0" }} {{ semverCompare "^1.2.x" "1.0.0" }} {{ semverCompare "^1.2.x" "1.1.9" }} {{ semverCompare "^1.2.x" "1.2.0" }} {{ semverCompare "^1.2.x" "1.2.3" }} {{ semverCompare "^1.2.x" "1.2.4" }} {{ semverCompare "^1.2.x" "1.2.9" }} {{ semverCompare "^1.2.x" "1.3.0" }} {{ semverCompare "^1.2.x" "1.2.3-alpha" }} {{ semverCompare "^1.2.x" "1.2.4-rc.1" }} {{ semverCompare "^1.2.x" "2.0.0" }} {{ semverCompare "^1.2.x" "2.2.9" }} {{ semverCompare "^1.2.x" "2.3.0" }} {{ semverCompare "^1.2.x" "2.3.9" }} {{ semverCompare "^1.2.x" "2.4.0" }} {{ semverCompare "^1.2.x" "3.0.0" }} {{ semverCompare "^1.2.x" "4.0.0" }}',
    'false false false false false false false false false false true true true true true false false false false false false false false false',
  ],
  [
    'semverCompare takes a caret of two',
    '{{ semverCompare "^2.3" "0.0.0" }} {{ semverCompare "^2.3" "0.0.3" }} {{ semverCompare "^2.3" "0.0.4" }} {{ semverCompare "^2.3" "0.1.0" }} {{ semverCompare "^2.3" "0.2.0" }} {{ semverCompare "^2.3" "0.2.3" }} {{ semverCompare "^2.3" "0.2.9" }} {{ semverCompare "^2.3" "0.3.0" }} {{ semverCompare "^2.3" "1.0.0" }} {{ semverCompare "^2.3" "1.1.9" }} {{ semverCompare "^2.3" "1.2.0" }} {{ semverCompare "^2.3" "1.2.3" }} {{ semverCompare "^2.3" "1.2.4" }} {{ semverCompare "^2.3" "1.2.9" }} {{ semverCompare "^2.3" "1.3.0" }} {{ semverCompare "^2.3" "1.2.3-alpha" }} {{ semverCompare "^2.3" "1.2.4-rc.1" }} {{ semverCompare "^2.3" "2.0.0" }} {{ semverCompare "^2.3" "2.2.9" }} {{ semverCompare "^2.3" "2.3.0" }} {{ semverCompare "^2.3" "2.3.9" }} {{ semverCompare "^2.3" "2.4.0" }} {{ semverCompare "^2.3" "3.0.0" }} {{ semverCompare "^2.3" "4.0.0" }}',
    'false false false false false false false false false false false false false false false false false false false true true true false false',
  ],
  [
    'semverCompare takes a caret with a minor x',
    '{{ semverCompare "^2.x" "0.0.0" }} {{ semverCompare "^2.x" "0.0.3" }} {{ semverCompare "^2.x" "0.0.4" }} {{ semverCompare "^2.x" "0.1.0" }} {{ semverCompare "^2.x" "0.2.0" }} {{ semverCompare "^2.x" "0.2.3" }} {{ semverCompare "^2.x" "0.2.9" }} {{ semverCompare "^2.x" "0.3.0" }} {{ semverCompare "^2.x" "1.0.0" }} {{ semverCompare "^2.x" "1.1.9" }} {{ semverCompare "^2.x" "1.2.0" }} {{ semverCompare "^2.x" "1.2.3" }} {{ semverCompare "^2.x" "1.2.4" }} {{ semverCompare "^2.x" "1.2.9" }} {{ semverCompare "^2.x" "1.3.0" }} {{ semverCompare "^2.x" "1.2.3-alpha" }} {{ semverCompare "^2.x" "1.2.4-rc.1" }} {{ semverCompare "^2.x" "2.0.0" }} {{ semverCompare "^2.x" "2.2.9" }} {{ semverCompare "^2.x" "2.3.0" }} {{ semverCompare "^2.x" "2.3.9" }} {{ semverCompare "^2.x" "2.4.0" }} {{ semverCompare "^2.x" "3.0.0" }} {{ semverCompare "^2.x" "4.0.0" }}',
    'false false false false false false false false false false false false false false false false false true true true true true false false',
  ],
  [
    'semverCompare takes a caret of 0.2.3',
    '{{ semverCompare "^0.2.3" "0.0.0" }} {{ semverCompare "^0.2.3" "0.0.3" }} {{ semverCompare "^0.2.3" "0.0.4" }} {{ semverCompare "^0.2.3" "0.1.0" }} {{ semverCompare "^0.2.3" "0.2.0" }} {{ semverCompare "^0.2.3" "0.2.3" }} {{ semverCompare "^0.2.3" "0.2.9" }} {{ semverCompare "^0.2.3" "0.3.0" }} {{ semverCompare "^0.2.3" "1.0.0" }} {{ semverCompare "^0.2.3" "1.1.9" }} {{ semverCompare "^0.2.3" "1.2.0" }} {{ semverCompare "^0.2.3" "1.2.3" }} {{ semverCompare "^0.2.3" "1.2.4" }} {{ semverCompare "^0.2.3" "1.2.9" }} {{ semverCompare "^0.2.3" "1.3.0" }} {{ semverCompare "^0.2.3" "1.2.3-alpha" }} {{ semverCompare "^0.2.3" "1.2.4-rc.1" }} {{ semverCompare "^0.2.3" "2.0.0" }} {{ semverCompare "^0.2.3" "2.2.9" }} {{ semverCompare "^0.2.3" "2.3.0" }} {{ semverCompare "^0.2.3" "2.3.9" }} {{ semverCompare "^0.2.3" "2.4.0" }} {{ semverCompare "^0.2.3" "3.0.0" }} {{ semverCompare "^0.2.3" "4.0.0" }}',
    'false false false false false true true false false false false false false false false false false false false false false false false false',
  ],
  [
    'semverCompare takes a caret of 0.2',
    '{{ semverCompare "^0.2" "0.0.0" }} {{ semverCompare "^0.2" "0.0.3" }} {{ semverCompare "^0.2" "0.0.4" }} {{ semverCompare "^0.2" "0.1.0" }} {{ semverCompare "^0.2" "0.2.0" }} {{ semverCompare "^0.2" "0.2.3" }} {{ semverCompare "^0.2" "0.2.9" }} {{ semverCompare "^0.2" "0.3.0" }} {{ semverCompare "^0.2" "1.0.0" }} {{ semverCompare "^0.2" "1.1.9" }} {{ semverCompare "^0.2" "1.2.0" }} {{ semverCompare "^0.2" "1.2.3" }} {{ semverCompare "^0.2" "1.2.4" }} {{ semverCompare "^0.2" "1.2.9" }} {{ semverCompare "^0.2" "1.3.0" }} {{ semverCompare "^0.2" "1.2.3-alpha" }} {{ semverCompare "^0.2" "1.2.4-rc.1" }} {{ semverCompare "^0.2" "2.0.0" }} {{ semverCompare "^0.2" "2.2.9" }} {{ semverCompare "^0.2" "2.3.0" }} {{ semverCompare "^0.2" "2.3.9" }} {{ semverCompare "^0.2" "2.4.0" }} {{ semverCompare "^0.2" "3.0.0" }} {{ semverCompare "^0.2" "4.0.0" }}',
    'false false false false true true true false false false false false false false false false false false false false false false false false',
  ],
  [
    'semverCompare takes a caret of 0.0.3',
    '{{ semverCompare "^0.0.3" "0.0.0" }} {{ semverCompare "^0.0.3" "0.0.3" }} {{ semverCompare "^0.0.3" "0.0.4" }} {{ semverCompare "^0.0.3" "0.1.0" }} {{ semverCompare "^0.0.3" "0.2.0" }} {{ semverCompare "^0.0.3" "0.2.3" }} {{ semverCompare "^0.0.3" "0.2.9" }} {{ semverCompare "^0.0.3" "0.3.0" }} {{ semverCompare "^0.0.3" "1.0.0" }} {{ semverCompare "^0.0.3" "1.1.9" }} {{ semverCompare "^0.0.3" "1.2.0" }} {{ semverCompare "^0.0.3" "1.2.3" }} {{ semverCompare "^0.0.3" "1.2.4" }} {{ semverCompare "^0.0.3" "1.2.9" }} {{ semverCompare "^0.0.3" "1.3.0" }} {{ semverCompare "^0.0.3" "1.2.3-alpha" }} {{ semverCompare "^0.0.3" "1.2.4-rc.1" }} {{ semverCompare "^0.0.3" "2.0.0" }} {{ semverCompare "^0.0.3" "2.2.9" }} {{ semverCompare "^0.0.3" "2.3.0" }} {{ semverCompare "^0.0.3" "2.3.9" }} {{ semverCompare "^0.0.3" "2.4.0" }} {{ semverCompare "^0.0.3" "3.0.0" }} {{ semverCompare "^0.0.3" "4.0.0" }}',
    'false true false false false false false false false false false false false false false false false false false false false false false false',
  ],
  [
    'semverCompare takes a caret of 0.0',
    '{{ semverCompare "^0.0" "0.0.0" }} {{ semverCompare "^0.0" "0.0.3" }} {{ semverCompare "^0.0" "0.0.4" }} {{ semverCompare "^0.0" "0.1.0" }} {{ semverCompare "^0.0" "0.2.0" }} {{ semverCompare "^0.0" "0.2.3" }} {{ semverCompare "^0.0" "0.2.9" }} {{ semverCompare "^0.0" "0.3.0" }} {{ semverCompare "^0.0" "1.0.0" }} {{ semverCompare "^0.0" "1.1.9" }} {{ semverCompare "^0.0" "1.2.0" }} {{ semverCompare "^0.0" "1.2.3" }} {{ semverCompare "^0.0" "1.2.4" }} {{ semverCompare "^0.0" "1.2.9" }} {{ semverCompare "^0.0" "1.3.0" }} {{ semverCompare "^0.0" "1.2.3-alpha" }} {{ semverCompare "^0.0" "1.2.4-rc.1" }} {{ semverCompare "^0.0" "2.0.0" }} {{ semverCompare "^0.0" "2.2.9" }} {{ semverCompare "^0.0" "2.3.0" }} {{ semverCompare "^0.0" "2.3.9" }} {{ semverCompare "^0.0" "2.4.0" }} {{ semverCompare "^0.0" "3.0.0" }} {{ semverCompare "^0.0" "4.0.0" }}',
    'true true true false false false false false false false false false false false false false false false false false false false false false',
  ],
  [
    'semverCompare takes a caret of 0',
    '{{ semverCompare "^0" "0.0.0" }} {{ semverCompare "^0" "0.0.3" }} {{ semverCompare "^0" "0.0.4" }} {{ semverCompare "^0" "0.1.0" }} {{ semverCompare "^0" "0.2.0" }} {{ semverCompare "^0" "0.2.3" }} {{ semverCompare "^0" "0.2.9" }} {{ semverCompare "^0" "0.3.0" }} {{ semverCompare "^0" "1.0.0" }} {{ semverCompare "^0" "1.1.9" }} {{ semverCompare "^0" "1.2.0" }} {{ semverCompare "^0" "1.2.3" }} {{ semverCompare "^0" "1.2.4" }} {{ semverCompare "^0" "1.2.9" }} {{ semverCompare "^0" "1.3.0" }} {{ semverCompare "^0" "1.2.3-alpha" }} {{ semverCompare "^0" "1.2.4-rc.1" }} {{ semverCompare "^0" "2.0.0" }} {{ semverCompare "^0" "2.2.9" }} {{ semverCompare "^0" "2.3.0" }} {{ semverCompare "^0" "2.3.9" }} {{ semverCompare "^0" "2.4.0" }} {{ semverCompare "^0" "3.0.0" }} {{ semverCompare "^0" "4.0.0" }}',
    'true true true true true true true true false false false false false false false false false false false false false false false false',
  ],
  [
    'semverCompare takes not equal',
    '{{ semverCompare "!=1.2" "0.0.0" }} {{ semverCompare "!=1.2" "0.0.3" }} {{ semverCompare "!=1.2" "0.0.4" }} {{ semverCompare "!=1.2" "0.1.0" }} {{ semverCompare "!=1.2" "0.2.0" }} {{ semverCompare "!=1.2" "0.2.3" }} {{ semverCompare "!=1.2" "0.2.9" }} {{ semverCompare "!=1.2" "0.3.0" }} {{ semverCompare "!=1.2" "1.0.0" }} {{ semverCompare "!=1.2" "1.1.9" }} {{ semverCompare "!=1.2" "1.2.0" }} {{ semverCompare "!=1.2" "1.2.3" }} {{ semverCompare "!=1.2" "1.2.4" }} {{ semverCompare "!=1.2" "1.2.9" }} {{ semverCompare "!=1.2" "1.3.0" }} {{ semverCompare "!=1.2" "1.2.3-alpha" }} {{ semverCompare "!=1.2" "1.2.4-rc.1" }} {{ semverCompare "!=1.2" "2.0.0" }} {{ semverCompare "!=1.2" "2.2.9" }} {{ semverCompare "!=1.2" "2.3.0" }} {{ semverCompare "!=1.2" "2.3.9" }} {{ semverCompare "!=1.2" "2.4.0" }} {{ semverCompare "!=1.2" "3.0.0" }} {{ semverCompare "!=1.2" "4.0.0" }}',
    'true true true true true true true true true true false false false false true false false true true true true true true true',
  ],
  [
    'semverCompare takes greater than an open version',
    '{{ semverCompare ">1" "0.0.0" }} {{ semverCompare ">1" "0.0.3" }} {{ semverCompare ">1" "0.0.4" }} {{ semverCompare ">1" "0.1.0" }} {{ semverCompare ">1" "0.2.0" }} {{ semverCompare ">1" "0.2.3" }} {{ semverCompare ">1" "0.2.9" }} {{ semverCompare ">1" "0.3.0" }} {{ semverCompare ">1" "1.0.0" }} {{ semverCompare ">1" "1.1.9" }} {{ semverCompare ">1" "1.2.0" }} {{ semverCompare ">1" "1.2.3" }} {{ semverCompare ">1" "1.2.4" }} {{ semverCompare ">1" "1.2.9" }} {{ semverCompare ">1" "1.3.0" }} {{ semverCompare ">1" "1.2.3-alpha" }} {{ semverCompare ">1" "1.2.4-rc.1" }} {{ semverCompare ">1" "2.0.0" }} {{ semverCompare ">1" "2.2.9" }} {{ semverCompare ">1" "2.3.0" }} {{ semverCompare ">1" "2.3.9" }} {{ semverCompare ">1" "2.4.0" }} {{ semverCompare ">1" "3.0.0" }} {{ semverCompare ">1" "4.0.0" }}',
    'false false false false false false false false false false false false false false false false false true true true true true true true',
  ],
  [
    'semverCompare takes a prerelease',
    '{{ semverCompare ">=1.2.3-0" "0.0.0" }} {{ semverCompare ">=1.2.3-0" "0.0.3" }} {{ semverCompare ">=1.2.3-0" "0.0.4" }} {{ semverCompare ">=1.2.3-0" "0.1.0" }} {{ semverCompare ">=1.2.3-0" "0.2.0" }} {{ semverCompare ">=1.2.3-0" "0.2.3" }} {{ semverCompare ">=1.2.3-0" "0.2.9" }} {{ semverCompare ">=1.2.3-0" "0.3.0" }} {{ semverCompare ">=1.2.3-0" "1.0.0" }} {{ semverCompare ">=1.2.3-0" "1.1.9" }} {{ semverCompare ">=1.2.3-0" "1.2.0" }} {{ semverCompare ">=1.2.3-0" "1.2.3" }} {{ semverCompare ">=1.2.3-0" "1.2.4" }} {{ semverCompare ">=1.2.3-0" "1.2.9" }} {{ semverCompare ">=1.2.3-0" "1.3.0" }} {{ semverCompare ">=1.2.3-0" "1.2.3-alpha" }} {{ semverCompare ">=1.2.3-0" "1.2.4-rc.1" }} {{ semverCompare ">=1.2.3-0" "2.0.0" }} {{ semverCompare ">=1.2.3-0" "2.2.9" }} {{ semverCompare ">=1.2.3-0" "2.3.0" }} {{ semverCompare ">=1.2.3-0" "2.3.9" }} {{ semverCompare ">=1.2.3-0" "2.4.0" }} {{ semverCompare ">=1.2.3-0" "3.0.0" }} {{ semverCompare ">=1.2.3-0" "4.0.0" }}',
    'false false false false false false false false false false false true true true true true true true true true true true true true',
  ],
  [
    'semverCompare takes a prerelease in capitals',
    '{{ semverCompare ">=1.2.3-BETA" "0.0.0" }} {{ semverCompare ">=1.2.3-BETA" "0.0.3" }} {{ semverCompare ">=1.2.3-BETA" "0.0.4" }} {{ semverCompare ">=1.2.3-BETA" "0.1.0" }} {{ semverCompare ">=1.2.3-BETA" "0.2.0" }} {{ semverCompare ">=1.2.3-BETA" "0.2.3" }} {{ semverCompare ">=1.2.3-BETA" "0.2.9" }} {{ semverCompare ">=1.2.3-BETA" "0.3.0" }} {{ semverCompare ">=1.2.3-BETA" "1.0.0" }} {{ semverCompare ">=1.2.3-BETA" "1.1.9" }} {{ semverCompare ">=1.2.3-BETA" "1.2.0" }} {{ semverCompare ">=1.2.3-BETA" "1.2.3" }} {{ semverCompare ">=1.2.3-BETA" "1.2.4" }} {{ semverCompare ">=1.2.3-BETA" "1.2.9" }} {{ semverCompare ">=1.2.3-BETA" "1.3.0" }} {{ semverCompare ">=1.2.3-BETA" "1.2.3-alpha" }} {{ semverCompare ">=1.2.3-BETA" "1.2.4-rc.1" }} {{ semverCompare ">=1.2.3-BETA" "2.0.0" }} {{ semverCompare ">=1.2.3-BETA" "2.2.9" }} {{ semverCompare ">=1.2.3-BETA" "2.3.0" }} {{ semverCompare ">=1.2.3-BETA" "2.3.9" }} {{ semverCompare ">=1.2.3-BETA" "2.4.0" }} {{ semverCompare ">=1.2.3-BETA" "3.0.0" }} {{ semverCompare ">=1.2.3-BETA" "4.0.0" }}',
    'false false false false false false false false false false false true true true true true true true true true true true true true',
  ],
  [
    'semverCompare takes tilde and greater',
    '{{ semverCompare "~>1.2" "0.0.0" }} {{ semverCompare "~>1.2" "0.0.3" }} {{ semverCompare "~>1.2" "0.0.4" }} {{ semverCompare "~>1.2" "0.1.0" }} {{ semverCompare "~>1.2" "0.2.0" }} {{ semverCompare "~>1.2" "0.2.3" }} {{ semverCompare "~>1.2" "0.2.9" }} {{ semverCompare "~>1.2" "0.3.0" }} {{ semverCompare "~>1.2" "1.0.0" }} {{ semverCompare "~>1.2" "1.1.9" }} {{ semverCompare "~>1.2" "1.2.0" }} {{ semverCompare "~>1.2" "1.2.3" }} {{ semverCompare "~>1.2" "1.2.4" }} {{ semverCompare "~>1.2" "1.2.9" }} {{ semverCompare "~>1.2" "1.3.0" }} {{ semverCompare "~>1.2" "1.2.3-alpha" }} {{ semverCompare "~>1.2" "1.2.4-rc.1" }} {{ semverCompare "~>1.2" "2.0.0" }} {{ semverCompare "~>1.2" "2.2.9" }} {{ semverCompare "~>1.2" "2.3.0" }} {{ semverCompare "~>1.2" "2.3.9" }} {{ semverCompare "~>1.2" "2.4.0" }} {{ semverCompare "~>1.2" "3.0.0" }} {{ semverCompare "~>1.2" "4.0.0" }}',
    'false false false false false false false false false false true true true true false false false false false false false false false false',
  ],
  [
    'semverCompare takes equals and greater',
    '{{ semverCompare "=>1.2.3" "0.0.0" }} {{ semverCompare "=>1.2.3" "0.0.3" }} {{ semverCompare "=>1.2.3" "0.0.4" }} {{ semverCompare "=>1.2.3" "0.1.0" }} {{ semverCompare "=>1.2.3" "0.2.0" }} {{ semverCompare "=>1.2.3" "0.2.3" }} {{ semverCompare "=>1.2.3" "0.2.9" }} {{ semverCompare "=>1.2.3" "0.3.0" }} {{ semverCompare "=>1.2.3" "1.0.0" }} {{ semverCompare "=>1.2.3" "1.1.9" }} {{ semverCompare "=>1.2.3" "1.2.0" }} {{ semverCompare "=>1.2.3" "1.2.3" }} {{ semverCompare "=>1.2.3" "1.2.4" }} {{ semverCompare "=>1.2.3" "1.2.9" }} {{ semverCompare "=>1.2.3" "1.3.0" }} {{ semverCompare "=>1.2.3" "1.2.3-alpha" }} {{ semverCompare "=>1.2.3" "1.2.4-rc.1" }} {{ semverCompare "=>1.2.3" "2.0.0" }} {{ semverCompare "=>1.2.3" "2.2.9" }} {{ semverCompare "=>1.2.3" "2.3.0" }} {{ semverCompare "=>1.2.3" "2.3.9" }} {{ semverCompare "=>1.2.3" "2.4.0" }} {{ semverCompare "=>1.2.3" "3.0.0" }} {{ semverCompare "=>1.2.3" "4.0.0" }}',
    'false false false false false false false false false false false true true true true false false true true true true true true true',
  ],
  [
    'semverCompare takes equals and less',
    '{{ semverCompare "=<1.2.3" "0.0.0" }} {{ semverCompare "=<1.2.3" "0.0.3" }} {{ semverCompare "=<1.2.3" "0.0.4" }} {{ semverCompare "=<1.2.3" "0.1.0" }} {{ semverCompare "=<1.2.3" "0.2.0" }} {{ semverCompare "=<1.2.3" "0.2.3" }} {{ semverCompare "=<1.2.3" "0.2.9" }} {{ semverCompare "=<1.2.3" "0.3.0" }} {{ semverCompare "=<1.2.3" "1.0.0" }} {{ semverCompare "=<1.2.3" "1.1.9" }} {{ semverCompare "=<1.2.3" "1.2.0" }} {{ semverCompare "=<1.2.3" "1.2.3" }} {{ semverCompare "=<1.2.3" "1.2.4" }} {{ semverCompare "=<1.2.3" "1.2.9" }} {{ semverCompare "=<1.2.3" "1.3.0" }} {{ semverCompare "=<1.2.3" "1.2.3-alpha" }} {{ semverCompare "=<1.2.3" "1.2.4-rc.1" }} {{ semverCompare "=<1.2.3" "2.0.0" }} {{ semverCompare "=<1.2.3" "2.2.9" }} {{ semverCompare "=<1.2.3" "2.3.0" }} {{ semverCompare "=<1.2.3" "2.3.9" }} {{ semverCompare "=<1.2.3" "2.4.0" }} {{ semverCompare "=<1.2.3" "3.0.0" }} {{ semverCompare "=<1.2.3" "4.0.0" }}',
    'true true true true true true true true true true true true false false false false false false false false false false false false',
  ],
]

test.each(results)('%s', (_, template, result) => {
  expect(rendered(template)).toBe(result)
})
