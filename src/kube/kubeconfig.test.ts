import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { base64, failureOf, type KubeconfigParts, writeKubeconfig } from '../../test/fakes/kubeconfig.ts'
import { loadConnection } from './config.ts'

const canary = 'canary-credential-88d2'
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'keyferry-kubeconfig-'))
})

afterEach(() => rm(directory, { recursive: true }))

const kubeconfig = (parts: KubeconfigParts, name?: string) => writeKubeconfig(directory, parts, name)

test('what is wrong with a kubeconfig is said without a word of its content', async () => {
  const write = async (text: string) => {
    const file = path.join(directory, 'broken')
    await writeFile(file, text)
    return file
  }
  const load = async (file: string, context?: string) =>
    failureOf(loadConnection({ kubeconfigFile: file, context, env: {} }))
  const missing = path.join(directory, 'missing')

  const errors = [
    await load(missing),
    await load(await write(`clusters:\n- token: "${canary}\n  x: [`)),
    await load(await write(canary)),
    await load(await write('clusters: []')),
    await load(await kubeconfig({}), 'nowhere'),
    await load(await kubeconfig({ context: { cluster: 'x' } })),
    await load(await kubeconfig({ context: { user: 'x' } })),
    await load(await kubeconfig({ cluster: { server: '' } })),
    await load(await kubeconfig({ cluster: { server: 'http://10.0.0.1:8080' } })),
    await load(await kubeconfig({ cluster: { 'certificate-authority-data': base64(canary) } })),
    await load(await kubeconfig({ cluster: { 'proxy-url': `socks5://x:${canary}@proxy` } })),
    await load(await kubeconfig({ user: { 'auth-provider': { name: 'gcp', config: { token: canary } } } })),
    await load(await kubeconfig({ user: { 'as-groups': [canary] } })),
    await failureOf(loadConnection({ env: { HOME: path.join(directory, 'home') } })),
  ]

  const messages = errors.map((it) => (it as Error).message.replaceAll(directory, ''))
  expect(messages).toEqual([
    'Cannot use kubeconfig "/missing": there is no such file',
    expect.stringMatching(/^Cannot use kubeconfig "\/broken": line \d+ is not valid YAML$/),
    'Cannot use kubeconfig "/broken": it is no kubeconfig, it has no clusters',
    'Cannot use kubeconfig "/broken": it has no current-context, set one by "kubectl config use-context"',
    'Cannot use kubeconfig "/config": it has no context "nowhere"',
    'Cannot use kubeconfig "/config": context "here" names the unknown cluster "x"',
    'Cannot use kubeconfig "/config": context "here" names the unknown user "x"',
    'Cannot use kubeconfig "/config": clusters[0].cluster.server is missing',
    'Cannot use the API server address "http://10.0.0.1:8080": it is not https',
    expect.stringMatching(/^Cannot use the CA or client certificate: ERR_OSSL\w+, check/),
    'Cannot use kubeconfig "/config": its proxy-url is not supported, only http:// and https:// are',
    'Cannot use kubeconfig "/config": its auth-provider "gcp" is not supported, use an exec plugin',
    'Cannot use kubeconfig "/config": users[0].user.as-groups is not supported',
    'Cannot find a cluster: this is no pod and there is no /home/.kube/config, set --kubeconfig',
  ])
  expect(inspect(errors, { depth: 20, showHidden: true })).not.toContain(canary)
})

test('files of KUBECONFIG may be missing, empty, or hold a part only, as for kubectl', async () => {
  const write = async (name: string, content: object | string) => {
    const file = path.join(directory, name)
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
    return file
  }
  const files = [
    path.join(directory, 'missing'),
    await write('empty', ''),
    await write('contexts', {
      'current-context': 'here',
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    }),
    await write('clusters', { clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }] }),
    await write('users', { users: [{ name: 'u', user: { token: 'x' } }] }),
  ]
  const load = (list: readonly string[]) => loadConnection({ env: { KUBECONFIG: list.join(path.delimiter) } })

  const connection = await load(files)
  const failed = await failureOf(load(files.slice(0, 1)))

  expect(connection.server).toBe('https://127.0.0.1:1')
  expect((await connection.authorization())?.reveal()).toBe('Bearer x')
  expect(failed).toMatchObject({ message: expect.stringContaining('missing": there is no such file') })
})

test('what is wrong with entries that are not used hurts nobody', async () => {
  const file = path.join(directory, 'config')
  const content = {
    'current-context': 'here',
    clusters: [{ name: 'half' }, { name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [
      { name: 'u', user: { token: 'x' } },
      { name: 'other', user: { as: 'x', 'as-groups': ['y'] } },
    ],
    contexts: [
      { name: 'half', context: { namespace: 'x' } },
      { name: 'here', context: { cluster: 'c', user: 'u' } },
      { name: 'there', context: { cluster: 'c', user: 'other' } },
      { name: 'nowhere', context: { cluster: 'half', user: 'u' } },
    ],
  }
  await writeFile(file, JSON.stringify(content))
  const load = (context?: string) => loadConnection({ kubeconfigFile: file, context, env: {} })

  const connection = await load()
  const failures = [
    await failureOf(load('half')),
    await failureOf(load('there')),
    await failureOf(load('nowhere')),
  ]

  expect((await connection.authorization())?.reveal()).toBe('Bearer x')
  expect(failures).toMatchObject([
    { message: expect.stringMatching(/: contexts\[0\]\.context\.cluster is missing$/) },
    { message: expect.stringMatching(/: users\[1\]\.user\.as-groups is not supported$/) },
    { message: expect.stringMatching(/: clusters\[0\]\.cluster is missing$/) },
  ])
})
