import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Caller,
  type Capability,
  covers,
  matchesSubClaims,
  matchesWildcard,
  permissionsOf,
  type Role,
} from './roles.ts'

const options = { folderGlobCoversFolder: false }
const caller: Caller = { accessId: 'p-1', claims: { namespace: ['team-a'], aud: ['x', 'y'] } }

function role(path: string, capabilities: readonly Capability[], subClaims = {}, accessId = 'p-1'): Role {
  return {
    name: path,
    rules: [{ path, capabilities }],
    associations: [{ accessId, subClaims, caseSensitive: true }],
  }
}

describe('a path rule', () => {
  test.each([
    ['/demo/db', '/demo/db', true],
    ['/demo/db', '/demo/db2', false],
    ['demo/db', '/demo/db', true],
    ['/demo/*', '/demo/db', true],
    ['/demo/*', '/demo/deep/er/db', true],
    ['/demo/*', '/demo2/db', false],
    ['/demo/dev-*', '/demo/dev-1/db', true],
    ['/demo/dev-*', '/demo/dev-', true],
    ['/demo/+/db', '/demo/a/db', true],
    ['/demo/+/db', '/demo/a/b/db', false],
    ['/demo/+/db', '/demo//db', false],
    ['/demo/+/+/bar/*', '/demo/a/b/bar/x', true],
    ['/demo/*/db', '/demo/a/db', false],
    ['/de.o/db', '/demo/db', false],
    ['/*', '/anything', true],
    ['*', '/anything', true],
    ['/{{namespace}}/*', '/team-a/db', true],
    ['/{{ namespace }}/*', '/team-a/db', true],
    ['/{{namespace}}/*', '/team-b/db', false],
    ['/{{pod_name}}/*', '/x/db', false],
    ['/{{namespace}}-{{aud}}', '/team-a-y', true],
  ])('%s on %s: %s', (rulePath, path, expected) => {
    const covered = covers(rulePath, path, caller.claims, options)

    expect(covered).toBe(expected)
  })

  test('a star that comes out of a claim is only a letter', () => {
    const claims = { namespace: ['*', 'a+'] }

    const covered = ['/x', '/*', '/aa', '/a+'].map((path) => covers('/{{namespace}}', path, claims, options))

    expect(covered).toEqual([false, true, false, true])
  })

  test('a folder glob covers the folder itself only when this run guesses so', () => {
    const covered = [true, false].map((it) =>
      covers('/demo/app/*', '/demo/app', {}, { folderGlobCoversFolder: it }),
    )

    expect(covered).toEqual([true, false])
    expect(covers('/demo/app/*', '/demo/app2', {}, { folderGlobCoversFolder: true })).toBe(false)
  })
})

describe('sub-claims', () => {
  test.each([
    [{ namespace: 'team-a' }, true],
    [{ namespace: 'team-b' }, false],
    [{ namespace: 'team-b,team-a' }, true],
    [{ namespace: ['team-b', 'team-a'] }, true],
    [{ namespace: 'team-*' }, true],
    [{ namespace: 'team-?' }, true],
    [{ namespace: 'team?' }, false],
    [{ namespace: 'team-a', aud: 'y' }, true],
    [{ namespace: 'team-a', aud: 'z' }, false],
    [{ pod_name: '*' }, false],
    [{ namespace: 'TEAM-A' }, false],
    [{}, true],
  ])('%j: %s', (wanted, expected) => {
    const matched = matchesSubClaims(wanted, caller.claims)

    expect(matched).toBe(expected)
  })

  test('case does not count where the association says so', () => {
    expect(matchesSubClaims({ namespace: 'TEAM-A' }, caller.claims, false)).toBe(true)
  })

  test('a pattern without wildcards matches itself only', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, text) => {
        fc.pre(!/[*?]/.test(pattern))
        expect(matchesWildcard(pattern, text)).toBe(pattern === text)
        expect(matchesWildcard(pattern, pattern)).toBe(true)
      }),
    )
  })
})

describe('permissions', () => {
  test('are the union over the roles of the caller', () => {
    const roles = [
      role('/demo/*', ['read']),
      role('/demo/db', ['update']),
      role('/demo/*', ['delete'], {}, 'p-2'),
    ]

    const held = permissionsOf(roles, caller, '/demo/db', options)

    expect([...held].toSorted()).toEqual(['list', 'read', 'update'])
  })

  test('leave out roles whose sub-claims do not match', () => {
    const roles = [role('/demo/*', ['read'], { namespace: 'team-b' })]

    const held = permissionsOf(roles, caller, '/demo/db', options)

    expect(held.size).toBe(0)
  })

  test('list alone does not read', () => {
    const held = permissionsOf([role('/demo/*', ['list'])], caller, '/demo/db', options)

    expect([...held]).toEqual(['list'])
  })

  test('a denial anywhere wins, whatever else is granted and in whatever order', () => {
    const grant = fc.subarray<Capability>(['create', 'read', 'update', 'delete', 'list'])
    fc.assert(
      fc.property(fc.array(grant), fc.nat(), (grants, at) => {
        const roles = grants.map((capabilities) => role('/demo/*', capabilities))
        roles.splice(at % (roles.length + 1), 0, role('/demo/d*', ['deny']))
        expect(permissionsOf(roles, caller, '/demo/db', options).size).toBe(0)
      }),
    )
  })
})
