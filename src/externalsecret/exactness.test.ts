import { describe, expect, test } from 'vitest'
import { emptyTarget } from '../../test/fakes/secrets/target.ts'
import { Redacted } from '../std/redacted.ts'
import { cleaningOf, finalizingOf, ownerRepairOf, refuseAltered } from './exactness.ts'
import { managerOf, ownerReferenceOf, type SecretObject } from './target.ts'

const data = new Map([['a', new Redacted<Uint8Array>(Buffer.from('canary'))]])
const { owner } = emptyTarget
const target = { ...emptyTarget, data }
const canary = Buffer.from('canary').toString('base64')
const ours = { manager: managerOf(target), fieldsV1: { 'f:data': { 'f:a': {} } } }

function answer(values: Record<string, string>, ...managedFields: object[]): SecretObject {
  const metadata = { name: 'secret', resourceVersion: '7', managedFields: [ours, ...managedFields] }
  return { metadata, data: values }
}

describe('finalizers', () => {
  const finalized = { ...target, finalizers: ['a.b/one', 'a.b/two'] }
  const holding = (...finalizers: string[]): SecretObject => ({
    metadata: { name: 'secret', resourceVersion: '7', finalizers },
  })

  test('that are missing are added to those that are there', () => {
    expect(finalizingOf(finalized, holding('x.y/theirs', 'a.b/two'))).toEqual({
      metadata: { resourceVersion: '7', finalizers: ['x.y/theirs', 'a.b/two', 'a.b/one'] },
    })
  })

  test('that are there already need no patch, nor does what asks for none', () => {
    expect(finalizingOf(finalized, holding('a.b/two', 'a.b/one'))).toBeUndefined()
    expect(finalizingOf(target, holding())).toBeUndefined()
  })

  test('are not put on what is being deleted', () => {
    const { metadata } = holding()

    expect(
      finalizingOf(finalized, { metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    ).toBeUndefined()
  })
})

describe('cleaning', () => {
  test('is not needed where only we have data', () => {
    const labels = { manager: 'person', fieldsV1: { 'f:metadata': { 'f:labels': {} } } }

    expect(cleaningOf(target, answer({ a: canary }, labels))).toBeUndefined()
  })

  test('removes keys of others, on this version only', () => {
    const theirs = { manager: 'person', fieldsV1: { 'f:data': { 'f:b': {} } } }

    expect(cleaningOf(target, answer({ a: canary, b: 'eA==', __proto: 'eA==' }, theirs))).toEqual({
      metadata: { resourceVersion: '7', managedFields: [ours] },
      data: { b: null, __proto: null },
    })
  })

  test('ends the part of others in our keys, and leaves them the rest', () => {
    const rest = { 'f:metadata': { 'f:labels': {} } }
    const theirs = { manager: 'person', time: 't', fieldsV1: { ...rest, 'f:data': { 'f:a': {} } } }

    expect(cleaningOf(target, answer({ a: canary }, theirs))).toEqual({
      metadata: {
        resourceVersion: '7',
        managedFields: [ours, { manager: 'person', time: 't', fieldsV1: rest }],
      },
      data: {},
    })
  })
})

describe('owner references', () => {
  const reference = ownerReferenceOf(owner)
  const pod = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'p1' }

  test('need no repair where they are ours or of others', () => {
    expect(ownerRepairOf(target, { name: 'secret', ownerReferences: [reference, pod] })).toBeUndefined()
    expect(ownerRepairOf(target, { name: 'secret' })).toBeUndefined()
  })

  test('to the ExternalSecret before ours give way to ours, once', () => {
    const stale = { ...reference, uid: 'old' }
    const metadata = {
      name: 'secret',
      uid: 's1',
      resourceVersion: '7',
      ownerReferences: [stale, pod, reference],
    }

    expect(ownerRepairOf(target, metadata)).toEqual({
      metadata: { uid: 's1', resourceVersion: '7', ownerReferences: [pod, reference] },
    })
  })
})

test('a value that was altered on its way is refused by key, without a value', () => {
  const altered = () => refuseAltered(target, answer({ a: 'b3RoZXI=' }))

  expect(() => refuseAltered(target, answer({ a: canary, b: 'eA==' }))).not.toThrow()
  expect(altered).toThrow(/Secret "shop\/secret".*key "a"; look for a mutating admission webhook/)
  expect(altered).not.toThrow(/canary|other|Y2FuYXJ5|b3RoZXI=/)
})
