import { expect, test } from 'vitest'
import { splitByScope } from './rule-scope.ts'

const rule = { apiGroups: ['external-secrets.io'], verbs: ['patch'] }

test('splitByScope() gives what lives in no namespace a rule of its own, subresources included', () => {
  const resources = ['secretstores', 'clustersecretstores/status', 'secretstores/status']

  expect(splitByScope({ ...rule, resources })).toEqual([
    { ...rule, resources: ['clustersecretstores/status'] },
    { ...rule, resources: ['secretstores', 'secretstores/status'] },
  ])
})

test('splitByScope() leaves a rule of one scope alone, with its names', () => {
  const named = { ...rule, resources: ['secretstores'], resourceNames: ['a'] }

  expect(splitByScope(named)).toEqual([named])
})
