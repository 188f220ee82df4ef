import type { LookupAddress } from 'node:dns'
import { afterEach, describe, expect, test } from 'vitest'
import { accessId, accessKey, createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { type AkeylessStandIn, startAkeyless } from '../../test/fakes/akeyless/stand-in.ts'
import type { Resolve } from './resolve.ts'

let akeyless: AkeylessStandIn | undefined
let bench: ReturnType<typeof createBench> | undefined

afterEach(async () => {
  await bench?.close()
  await akeyless?.stop()
  ;[bench, akeyless] = [undefined, undefined]
})

/** Answers each lookup with the next of these, the last one for ever. */
function resolving(...answers: readonly (readonly string[])[]): Resolve & { readonly asked: string[] } {
  const asked: string[] = []
  let turn = 0
  const resolve: Resolve = (hostname, _options, callback) => {
    asked.push(hostname)
    const addresses = answers[Math.min(turn++, answers.length - 1)] ?? []
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }
  return Object.assign(resolve, { asked })
}

async function reasonWith(url: string, resolve: Resolve, insecureLocalEndpoints: boolean): Promise<string> {
  const rules = { insecureLocalEndpoints, apiServerHosts: ['10.96.0.1'] }
  bench = createBench({ url, rules, resolve, connectTimeoutMs: 300 })
  return bench.reasonOf(bench.open().check(reading()))
}

describe('a name that resolves to', () => {
  test.each([
    ['127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['169.254.169.254', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['fe80::1', 'link-local'],
    ['10.96.0.1', 'API server'],
    ['0.0.0.0', 'unspecified'],
  ])('%s is refused before a byte is sent', async (address, kind) => {
    const reason = await reasonWith('https://gateway.example.com', resolving([address]), false)

    expect(reason).toBe('InvalidSpec')
    expect(bench?.seen()).toContain(`the ${kind} address ${address}`)
  })

  test('a good address beside a bad one is refused', async () => {
    const resolve = resolving(['10.1.2.3', '127.0.0.1'])

    expect(await reasonWith('https://gateway.example.com', resolve, false)).toBe('InvalidSpec')
  })

  test('nothing is DNSFailure', async () => {
    expect(await reasonWith('https://gateway.example.com', resolving([]), false)).toBe('DNSFailure')
  })

  test('something else than loopback is refused for http', async () => {
    expect(await reasonWith('http://gateway.example.com', resolving(['10.1.2.3']), true)).toBe('InvalidSpec')
  })
})

test('a name that is bound anew between two connections is judged each time', async () => {
  akeyless = await startAkeyless()
  akeyless.state.accessKey({ accessId, accessKey, admin: true })
  akeyless.state.secret('/a', { value: 'alpha' })
  const addresses = ['127.0.0.1']
  const url = `http://gateway.example.com:${akeyless.port}`
  const first = await reasonWith(url, resolving(addresses), true)
  addresses[0] = '169.254.169.254'
  // The connections that were judged before are cut.
  await akeyless.down()
  await akeyless.up()

  const reason = await bench?.reasonOf(
    bench.read(bench.open(), '/a').then(([it]) => Promise.reject(new Error(it))),
  )

  expect(first).toBe('ok')
  expect(reason).toContain('InvalidSpec')
  expect(bench?.seen()).toContain('metadata address 169.254.169.254')
})
