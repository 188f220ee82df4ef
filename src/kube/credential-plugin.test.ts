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

/** A plugin of these shell lines; `runs` counts how often it was run. */
async function pluginOf(lines: string) {
  const script = path.join(directory, 'plugin.sh')
  await writeFile(script, `#!/bin/sh\necho x >> ${directory}/runs\n${lines}\n`)
  await chmod(script, 0o755)
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin.sh' }
  return { exec, runs: async () => (await readFile(path.join(directory, 'runs'), 'utf8')).length / 2 }
}

const credential = (status: object) =>
  `echo '${JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status })}'`

test('a plugin with a slash in its name lies beside the kubeconfig, and reads an end of file', async () => {
  const { exec } = await pluginOf(`cat > /dev/null\n${credential({ token: 'x' })}`)

  const { authorization } = await loadConnection({
    kubeconfigFile: await kubeconfig({ user: { exec } }),
    env: {},
  })

  expect((await authorization())?.reveal()).toBe('Bearer x')
})

test('an exec plugin is run again when its credential expires, before the server refuses it', async () => {
  const clock = new ManualClock()
  const expirationTimestamp = new Date(clock.now() + 95_000).toISOString()
  const { exec, runs } = await pluginOf(credential({ token: 'x', expirationTimestamp }))
  const { authorization } = await loadConnection({
    kubeconfigFile: await kubeconfig({ user: { exec } }),
    env: {},
    clock,
  })

  const counts: number[] = []
  for (const waitMs of [30_000, 30_000, 30_000, 4_000, 2_000]) {
    clock.advance(waitMs)
    await authorization()
    counts.push(await runs())
  }

  expect(counts).toEqual([1, 1, 1, 1, 2])
})

test('an exec plugin that gives no credential is told, and does not make the manager a stranger', async () => {
  const { exec } = await pluginOf(credential({}))

  const failed = await failureOf(
    loadConnection({ kubeconfigFile: await kubeconfig({ user: { exec } }), env: {} }),
  )

  expect(failed).toMatchObject({ message: expect.stringMatching(/plugin\.sh": it failed, run "kubectl/) })
})

test('an exec plugin that never ends is ended after a minute', async () => {
  const clock = new ManualClock()
  const { exec } = await pluginOf(`echo $$ > ${directory}/pid\nexec sleep 300`)
  const file = await kubeconfig({ user: { exec } })
  const failing = failureOf(loadConnection({ kubeconfigFile: file, env: {}, clock }))
  const pid = async () => Number(await readFile(path.join(directory, 'pid'), 'utf8').catch(() => ''))
  await expect.poll(pid, { timeout: 5000 }).toBeGreaterThan(0)

  clock.advance(60_000)

  expect(await failing).toMatchObject({ message: expect.stringContaining('no answer within 60000 ms') })
  const running = await pid()
  await expect.poll(() => isRunning(running), { timeout: 5000 }).toBe(false)
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

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
