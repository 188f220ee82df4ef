import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { IssuerGate } from './issuer-gate.ts'

test('a key that finds no place is called back when there is one, in the order they came', () => {
  const called: string[] = []
  const gate = new IssuerGate(1, (key) => called.push(key))
  expect(['a', 'b', 'c'].map((key) => gate.enter('issuer', key))).toEqual([true, false, false])
  gate.leave('a')
  expect(called).toEqual(['b'])
  expect(gate.enter('issuer', 'c')).toBe(false)
  expect(gate.enter('issuer', 'b')).toBe(true)
  gate.leave('b')

  expect(called).toEqual(['b', 'c'])
})

test('the place of one that was called back and is gone goes to the next', () => {
  const called: string[] = []
  const gate = new IssuerGate(1, (key) => called.push(key))
  for (const key of ['a', 'b', 'c']) gate.enter('issuer', key)
  gate.leave('a')
  gate.leave('b', { isGone: true })

  expect(called).toEqual(['b', 'c'])
})

test('issuers do not take places of each other', () => {
  const gate = new IssuerGate(1, () => undefined)

  expect([gate.enter('one', 'a'), gate.enter('two', 'b')]).toEqual([true, true])
})

test('whatever comes, goes and vanishes: never more than the limit are inside, and nobody waits for ever', () => {
  const steps = fc.array(
    fc.tuple(fc.constantFrom('enter', 'leave', 'gone'), fc.integer({ min: 0, max: 9 })),
    {
      maxLength: 200,
    },
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), steps, (limit, moves) => {
      const inside = new Set<string>()
      const invited: string[] = []
      const waiting = new Set<string>()
      const gate = new IssuerGate(limit, (key) => invited.push(key))
      const enter = (key: string) => {
        if (inside.has(key)) return
        if (gate.enter('issuer', key)) {
          inside.add(key)
          waiting.delete(key)
        } else {
          waiting.add(key)
          gate.leave(key)
        }
        expect(inside.size).toBeLessThanOrEqual(limit)
      }
      const leave = (key: string, isGone: boolean) => {
        if (!inside.delete(key) && !isGone) return
        if (isGone) waiting.delete(key)
        gate.leave(key, { isGone })
      }
      for (const [what, number] of moves) {
        if (what === 'enter') enter(`k${number}`)
        else leave(`k${number}`, what === 'gone')
        for (let key = invited.shift(); key !== undefined; key = invited.shift()) {
          if (waiting.has(key)) enter(key)
          else gate.leave(key)
        }
      }
      for (const key of inside) {
        leave(key, false)
        for (let next = invited.shift(); next !== undefined; next = invited.shift()) {
          if (waiting.has(next)) enter(next)
          else gate.leave(next)
          leave(next, false)
        }
      }
      expect([...waiting]).toEqual([])
    }),
  )
})
