import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keyferry-run-'))
})
afterAll(() => rm(directory, { recursive: true }))

interface Ended {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

/** Runs `keyferry` as people do: in a process of its own, with an environment that knows no cluster. */
function keyferry(argv: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: directory, ...environment }
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['src/main.ts', ...argv],
      { env, timeout: 30_000 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stdout, stderr })
      },
    )
  })
}

/** A kubeconfig that names a server nobody listens on. */
async function kubeconfig(user: object = {}): Promise<string> {
  const file = join(directory, 'config')
  const config = {
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  }
  await writeFile(file, JSON.stringify(config))
  return file
}

describe('keyferry', { timeout: 40_000 }, () => {
  test.each([
    [['--help'], 'manager'],
    [['manager', '--help'], '--leader-elect'],
    [['release', '--help'], '--revoke'],
    [['check', '--help'], '--store'],
    [['--version'], '0.0.0-source'],
  ])('%j ends well and shows what it was asked', async (argv, words) => {
    expect(await keyferry(argv)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(words) as string,
      stderr: '',
    })
  })

  test.each([
    ['an unknown flag', ['manager', '--no-such-flag'], {}, "unknown option '--no-such-flag'"],
    ['an unknown flag of another command', ['check', '--no-such-flag'], {}, 'Try keyferry check --help'],
    ['an unknown command', ['magic'], {}, "unknown command 'magic'"],
    ['a wrong value', ['manager', '--concurrent', '0'], {}, 'It takes a whole number from 1 to 50'],
    ['a wrong address', ['manager', '--metrics-bind-address', 'x'], {}, 'It takes HOST:PORT'],
    ['a wrong variable', ['manager'], { KEYFERRY_STALE_AFTER: 'soon' }, "env 'KEYFERRY_STALE_AFTER'"],
    ['a wrong time', ['release', '-A', '--timeout', 'soon'], {}, 'It must be a duration'],
    ['no scope', ['release'], {}, 'give --all-namespaces'],
    ['an empty scope', ['release', '-n', ''], {}, 'It takes the name of a namespace'],
    ['two scopes', ['release', '-A', '-n', 'shop'], {}, 'cannot be used with'],
    ['no command', [], {}, 'Usage: keyferry'],
  ])('called with %s ends with 2 and says so', async (_, argv, environment, words) => {
    const ended = await keyferry(argv, environment)

    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain(words)
  })

  test('with a kubeconfig that is not there ends with 1 and names it', async () => {
    const file = join(directory, 'missing')

    const ended = await keyferry(['manager', '--kubeconfig', file])

    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/^keyferry: Cannot .*missing/)
    expect(ended.stderr).not.toContain(' at ')
  })

  test('asked to release in a cluster that does not answer ends with 1 and shows no stack', async () => {
    const ended = await keyferry(['release', '-A', '--kubeconfig', await kubeconfig()])

    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/^keyferry: Cannot reach the API server/)
    expect(ended.stderr).not.toContain('\n    at ')
  })

  test.each(['manager', 'release'])(
    '%s with credentials that cannot be read ends with 1 and shows no stack',
    async (command) => {
      const file = await kubeconfig({ tokenFile: join(directory, 'no-token') })
      const scope = command === 'release' ? ['-A'] : []

      const ended = await keyferry([command, ...scope, '--kubeconfig', file])

      expect(ended.code).toBe(1)
      expect(ended.stdout + ended.stderr).toMatch(/^keyferry: Cannot read .*no-token.*; mend .*\n$/)
    },
  )

  test('without any kubeconfig ends with 1 and says what to do', async () => {
    const ended = await keyferry(['manager'])

    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/^keyferry: Cannot /)
  })

  test('that cannot know where its Lease is ends with 1 and names the flag', async () => {
    const ended = await keyferry(['manager', '--leader-elect', '--kubeconfig', await kubeconfig()])

    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('--leader-election-namespace')
  })
})
