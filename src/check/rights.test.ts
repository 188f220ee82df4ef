import { expect, test } from 'vitest'
import { type Access, type RuleSet, rightsVerdict } from './rights.ts'

const set: RuleSet = {
  title: 'all',
  role: 'ClusterRole r',
  namespaces: [],
  rules: [
    { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'patch'] },
    { apiGroups: ['a.io'], resources: ['things', 'things/status'], verbs: ['patch'] },
    { apiGroups: ['a.io'], resources: ['things'], resourceNames: ['x', 'y'], verbs: ['patch'] },
    { apiGroups: [''], resources: ['namespaces'], verbs: ['list'] },
  ],
}
const signal = new AbortController().signal

async function judge(changes: Partial<RuleSet>, may: (access: Access) => boolean) {
  const asked: Access[] = []
  const verdict = await rightsVerdict(
    { ...set, ...changes },
    'somebody',
    (access) => {
      asked.push(access)
      return Promise.resolve(may(access))
    },
    signal,
  )
  return { verdict, asked }
}

test('every verb on every resource and name is asked about once', async () => {
  const twice = { rules: [...set.rules, ...set.rules] }
  const { verdict, asked } = await judge(twice, () => true)

  expect(asked).toEqual([
    { verb: 'get', group: '', resource: 'secrets' },
    { verb: 'patch', group: '', resource: 'secrets' },
    { verb: 'patch', group: 'a.io', resource: 'things' },
    { verb: 'patch', group: 'a.io', resource: 'things', subresource: 'status' },
    { verb: 'patch', group: 'a.io', resource: 'things', name: 'x' },
    { verb: 'patch', group: 'a.io', resource: 'things', name: 'y' },
    { verb: 'list', group: '', resource: 'namespaces' },
  ])
  expect(verdict).toEqual({ status: 'ok', message: 'all 7 rights are granted' })
})

test('what is missing is named, with who is to be bound to what', async () => {
  const { verdict } = await judge({ value: 'a.b' }, (it) => it.verb !== 'patch' || it.name === 'x')

  expect(verdict).toEqual({
    status: 'failed',
    message: 'missing: patch secrets, things.a.io, things.a.io/status, things.a.io "y"',
    remedy: 'bind ClusterRole r to somebody (chart value a.b)',
  })
})

test('what is optional is told and is well', async () => {
  const { verdict } = await judge({ optional: 'nobody needs it' }, (it) => it.verb === 'patch')

  expect(verdict).toEqual({
    status: 'ok',
    message: 'not granted, and optional: get secrets; list namespaces; nobody needs it',
  })
})

test('with namespaces each is asked about, and what no Role can grant is off', async () => {
  const { verdict, asked } = await judge({ namespaces: ['one', 'two'] }, (it) => it.namespace !== undefined)

  expect(asked.filter((it) => it.verb === 'get').map((it) => it.namespace)).toEqual(['one', 'two'])
  expect(asked.filter((it) => it.resource === 'namespaces')).toEqual([
    { verb: 'list', group: '', resource: 'namespaces' },
  ])
  expect(verdict).toEqual({
    status: 'ok',
    message: 'all 12 rights are granted; cluster kinds are off, for lack of: list namespaces',
  })
})

test('a right that is missing in one of the namespaces is named with it', async () => {
  const { verdict } = await judge(
    { namespaces: ['one', 'two'] },
    (it) => it.namespace !== 'two' || it.verb !== 'get',
  )

  expect(verdict).toMatchObject({ status: 'failed', message: 'missing: get secrets in two' })
})
