import { expect, test } from 'vitest'
import { failureOf } from '../../../test/fakes/template/rendered.ts'

test('what stands in the template is shown', () => {
  expect(failureOf('{{ fail "Please accept the licence" }}')).toContain('fail: Please accept the licence')
})

test('what is made of values is not', () => {
  const message = failureOf('{{ fail (printf "bad password %s" .password) }}', { password: 'hunter2' })

  expect(message).toContain('the template failed by its own fail')
  expect(message).not.toContain('hunter2')
})
