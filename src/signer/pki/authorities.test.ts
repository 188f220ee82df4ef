import { expect, test } from 'vitest'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { makeCsr } from '../../../test/fakes/pki/csr.ts'
import { createLog } from '../../std/log.ts'
import { Authorities } from './authorities.ts'

const lines: string[] = []
const options = () => ({
  signal: AbortSignal.timeout(5000),
  log: createLog('debug', { write: (line: string) => void lines.push(line) }),
})

async function chainOf(authority: PkiAuthority) {
  return authority.sign(await makeCsr({ dnsNames: ['a.example.com'] }), { seconds: 3600 })
}

async function completed(held: readonly Uint8Array[], certificates: readonly Uint8Array[]) {
  const authorities = new Authorities(async () => held)
  const result = await authorities.completed({ kind: 'issued', certificates }, options())
  return result.kind === 'issued' ? result.certificates.map((it) => Buffer.from(it)) : []
}

test('adds what signed, one after the other, and no CA that has nothing to do with it', async () => {
  const [own, other] = [await PkiAuthority.make(), await PkiAuthority.make()]
  const { leaf, chain, root } = await chainOf(own)
  const stranger = (await chainOf(other)).root
  const [issuing = root] = chain

  const found = await completed([stranger, root, issuing], [leaf])

  expect(found).toEqual([leaf, issuing, root].map((it) => Buffer.from(it)))
})

test('adds nothing twice, and nothing by its name alone', async () => {
  const [own, namesake] = [await PkiAuthority.make('same'), await PkiAuthority.make('same')]
  const { leaf, chain, root } = await chainOf(own)
  const [issuing = root] = chain
  const other = await chainOf(namesake)

  const found = await completed([issuing, other.root, ...other.chain], [leaf, issuing])

  expect(found).toEqual([leaf, issuing].map((it) => Buffer.from(it)))
})

test('what cannot be read goes on to who judges it', async () => {
  const noCertificate = new Uint8Array([1, 2, 3])

  expect(await completed([], [noCertificate])).toEqual([Buffer.from(noCertificate)])
})

test('a failure keeps no certificate back, is logged, and is tried again', async () => {
  const { leaf, root, chain } = await chainOf(await PkiAuthority.make())
  let calls = 0
  const authorities = new Authorities(async () => {
    calls += 1
    if (calls === 1) throw new Error('not now')
    return [root, ...chain]
  })

  const issued = { kind: 'issued', certificates: [leaf] } as const
  const [first, second] = [
    await authorities.completed(issued, options()),
    await authorities.completed(issued, options()),
  ]
  await authorities.completed(issued, options())

  expect([first, second]).toMatchObject([{ certificates: { length: 1 } }, { certificates: { length: 3 } }])
  expect([calls, lines.some((it) => it.includes('not now'))]).toEqual([2, true])
})

test('what is pending stays as it is, and asks for nothing', async () => {
  const authorities = new Authorities(async () => Promise.reject(new Error('asked')))
  const pending = { kind: 'pending', id: '1', message: '', pollAfterMs: 1 } as const

  expect(await authorities.completed(pending, options())).toBe(pending)
})
