// A namespace that is not there is no namespace where all is well.
import { Command } from 'commander'
import { afterEach, expect, test, vi } from 'vitest'
import type { Finding } from '../../src/check/finding.ts'
import { runCheck } from '../../src/cli/check.ts'
import { addCheckFlags, type CheckFlags } from '../../src/cli/check-flags.ts'
import { runRelease } from '../../src/cli/release.ts'
import { addReleaseFlags, type ReleaseFlags } from '../../src/cli/release-flags.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'

const cluster = sharedCluster()

afterEach(() => {
  vi.restoreAllMocks()
})

async function check(...namespaces: readonly string[]): Promise<readonly Finding[]> {
  const argv = ['--kubeconfig', cluster.kubeconfigFile, '-o', 'json', '--controllers', 'external-secrets']
  const scope = namespaces.flatMap((it) => ['-n', it])
  const flags = addCheckFlags(new Command()).parse([...argv, ...scope], { from: 'user' })
  let printed = ''
  await runCheck(flags.opts<CheckFlags>(), (line) => {
    printed = line
  })
  return JSON.parse(printed) as Finding[]
}

function release(namespace: string): Promise<0 | 1> {
  const argv = ['--kubeconfig', cluster.kubeconfigFile, '-n', namespace]
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  return runRelease(addReleaseFlags(new Command()).parse(argv, { from: 'user' }).opts<ReleaseFlags>())
}

test('keyferry check warns of a namespace that is not there, and of no other', async () => {
  const there = await newNamespace('there')

  const findings = await check(there, 'no-such-place')

  expect(findings.filter((it) => it.check === 'namespace')).toMatchObject([
    {
      status: 'warn',
      object: 'no-such-place',
      message: 'there is no such namespace',
      remedy: 'correct --namespace',
    },
  ])
})

test('keyferry release does not say of a namespace that is not there that nothing is held in it', async () => {
  const there = await newNamespace('there')

  expect(await release(there)).toBe(0)
  await expect(release('no-such-place')).rejects.toThrow('There is no namespace "no-such-place"')
})
