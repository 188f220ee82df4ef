import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { base64, failureOf, type KubeconfigParts, writeKubeconfig } from '../../test/fakes/kubeconfig.ts'
import { ManualClock } from '../../test/fakes/manual-clock.ts'
import { loadConnection } from './config.ts'

const canary = 'canary-credential-88d2'
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'keyferry-plugin-'))
})

afterEach(() => rm(directory, { recursive: true }))

const kubeconfig = (parts: KubeconfigParts, name?: string) => writeKubeconfig(directory, parts, name)

test('an exec plugin gives the token, and is run again only when it was refused', async () => {
  const clock = new ManualClock()
  const script = path.join(directory, 'plugin.sh')
  await writeFile(
    script,
    `#!/bin/sh\necho x >> ${directory}/runs\nn=$(wc -l < ${directory}/runs | tr -d ' ')\n` +
      `echo "$KUBERNETES_EXEC_INFO" > ${directory}/info\n` +
      `echo '{"kind":"ExecCredential","status":{"token":"'$EXTRA-$n'"}}'\n`,
  )
  await chmod(script, 0o755)
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: script,
    env: [{ name: 'EXTRA', value: 'token' }],
    provideClusterInfo: true,
  }
  const file = await kubeconfig({ user: { exec } })
  const { authorization } = await loadConnection({ kubeconfigFile: file, env: {}, clock })

  clock.advance(31_000)
  const first = await authorization()
  clock.advance(10_000)
  const second = await authorization(first)
  const tooSoon = await authorization(second)

  expect([first, second, tooSoon].map((it) => it?.reveal())).toEqual(
    ['token-1', 'token-2', 'token-2'].map((it) => `Bearer ${it}`),
  )
  expect(JSON.parse(await readFile(path.join(directory, 'info'), 'utf8'))).toMatchObject({
    apiVersion: 'client.authentication.k8s.io/v1',
    spec: { interactive: false, cluster: { server: 'https://127.0.0.1:6443/base' } },
  })
})

test('an exec plugin that fails is named, and what it wrote is not shown', async () => {
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'sh',
    args: ['-c', `echo ${canary} >&2; exit 3`],
  }
  const missing = { ...exec, command: 'no-such-plugin' }

  const failed = await failureOf(
    loadConnection({ kubeconfigFile: await kubeconfig({ user: { exec } }), env: {} }),
  )
  const absent = await failureOf(
    loadConnection({ kubeconfigFile: await kubeconfig({ user: { exec: missing } }), env: {} }),
  )

  expect([failed, absent]).toMatchObject([
    { message: expect.stringContaining('credential plugin "sh"'), code: 'CREDENTIAL' },
    { message: expect.stringContaining('credential plugin "no-such-plugin"'), code: 'CREDENTIAL' },
  ])
  expect(inspect([failed, absent], { depth: 20, showHidden: true })).not.toContain(canary)
})

test('an OIDC id token is sent as it is while it lasts', async () => {
  const exp = Math.floor(Date.now() / 1000) + 3600
  const idToken = `${base64('{}')}.${base64(JSON.stringify({ exp }))}.c2ln`
  const user = { 'auth-provider': { name: 'oidc', config: { 'id-token': idToken } } }

  const { authorization } = await loadConnection({ kubeconfigFile: await kubeconfig({ user }), env: {} })

  expect((await authorization())?.reveal()).toBe(`Bearer ${idToken}`)
})
