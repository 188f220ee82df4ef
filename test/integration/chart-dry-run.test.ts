import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { renderObjects } from '../chart/render.ts'
import { scenes } from '../chart/scenes.ts'
import { findProgram } from '../cluster/binaries.ts'
import { newNamespace, sharedCluster } from '../cluster/shared.ts'

/** What a bare API server serves; the kinds of others are judged by schemas in chart-render.test.ts. */
const served =
  /^(v1|apps\/|batch\/|policy\/|networking\.k8s\.io\/|rbac\.|coordination\.|flowcontrol\.|apiextensions\.)/

let home: string
const places = { teamA: '', teamB: '' }
beforeAll(async () => {
  home = await newNamespace('chart')
  places.teamA = await newNamespace('chart-a')
  places.teamB = await newNamespace('chart-b')
  const cluster = sharedCluster()
  const restricted = ['enforce', 'warn'].map((it) => `pod-security.kubernetes.io/${it}=restricted`)
  await cluster.kubectl('label', 'namespace', home, ...restricted)
  await apply([
    { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'sandboxed' }, handler: 'runsc' },
  ])
})

test.each(Object.keys(scenes(places)))(
  'the API server takes all of "%s" into a namespace that enforces Pod Security `restricted`, without a warning',
  async (name) => {
    const values = { ...scenes(places)[name] }
    const withoutCrds = name === 'as it comes' ? [] : ['--set', 'crds.enabled=false']
    const all = await renderObjects('helm', values, '--namespace', home, ...withoutCrds)
    const known = all.filter((it) => served.test(it.apiVersion ?? ''))
    // Admission of a pod wants its account to be there.
    const accounts = all.filter((it) => it.kind === 'ServiceAccount')
    if (accounts.length > 0) await apply(accounts)

    const { stdout, stderr } = await apply(known, '--dry-run=server')

    expect(stderr).toBe('')
    expect(stdout.trim().split('\n')).toHaveLength(known.length)
    expect(known.length).toBeGreaterThanOrEqual(all.length - 3)
  },
)

async function apply(
  items: readonly object[],
  ...options: readonly string[]
): Promise<{ stdout: string; stderr: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-apply-'))
  const file = join(directory, 'list.json')
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  const env = { ...process.env, KUBECONFIG: sharedCluster().kubeconfigFile, HOME: directory }
  const args = ['apply', '--server-side', '--force-conflicts', '--field-manager=helm', '-f', file, ...options]
  const told = await promisify(execFile)(await findProgram('kubectl'), args, { env, maxBuffer: 2 ** 26 })
  await rm(directory, { recursive: true })
  return told
}
