import { afterAll, beforeAll, expect, test } from 'vitest'
import { ManualClock, settle } from '../../../test/fakes/manual-clock.ts'
import { PkiAuthority } from '../../../test/fakes/pki/authority.ts'
import { type CustomPki, startCustomPki } from '../../../test/fakes/pki/custom.ts'
import { customYaml } from '../../../test/fakes/pki/custom-yaml.ts'
import { openPki, signingRequest } from '../../../test/fakes/pki/open-signer.ts'
import { type Run, type RunnerOptions, StepRunner } from './step-runner.ts'

let pki: CustomPki
beforeAll(async () => {
  pki = await startCustomPki(await PkiAuthority.make())
})
afterAll(() => pki[Symbol.asyncDispose]())

async function open(change: (yaml: string) => string = (it) => it) {
  const credentials = { clientId: 'keyferry', clientSecret: pki.state.clientSecret }
  const yaml = change(customYaml(pki.url, pki.authority.rootPem))
  const opened = await openPki({ yaml, credentials })
  return { ...opened, options: { signal: AbortSignal.timeout(20_000), log: opened.log } }
}

test.each([
  ['0', '0'],
  ['a minute ago', new Date(Date.now() - 60_000).toUTCString()],
])('a PKI that waits and says Retry-After: %s is not asked again without a pause', async (_, retryAfter) => {
  await using opened = await open((it) => it.replace(/^pollInterval: .*$/m, 'pollInterval: 5s'))
  pki.faults.add({
    kind: 'status',
    status: 202,
    retryAfter,
    path: '/api/orders',
    times: 1,
    body: '{"id":"1"}',
  })

  const submitted = await opened.signer.submit(await signingRequest(), opened.options)

  expect(submitted).toMatchObject({ kind: 'pending', pollAfterMs: 1000 })
})

test('a submit whose turn did not come was not made, and nobody doubts it', async () => {
  const pool = { request: () => new Promise(() => undefined) }
  const runner = new StepRunner({
    config: { maxConcurrentCalls: 1, timeouts: { request: 60_000 } },
    connections: { to: () => Promise.resolve(pool) },
    clock: new ManualClock(),
  } as unknown as RunnerOptions)
  const request = { method: 'POST', origin: 'https://pki', path: '/', headers: {}, body: undefined }
  const step = { name: 'submit', server: { host: 'pki' }, mentions: () => false, render: async () => request }
  const run = (signal: AbortSignal) =>
    runner.run({
      step,
      data: new Map(),
      what: 'submit the request',
      mayDouble: true,
      signal,
    } as unknown as Run)
  const [first, second] = [new AbortController(), new AbortController()]
  const running = [run(first.signal), run(second.signal)]
  await settle()

  second.abort(new DOMException('The CA took too long', 'TimeoutError'))
  await expect(running[1]).rejects.toMatchObject({
    reason: 'Unavailable',
    message:
      'Cannot submit the request at PKI "pki": its turn did not come: ' +
      'the PKI is slow, or maxConcurrentCalls is too low for it',
  })
})
