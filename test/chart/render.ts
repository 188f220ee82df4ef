import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import type { KubeObject } from '../../src/kube/object.ts'
import { findProgram } from '../cluster/binaries.ts'
import { chart } from '../cluster/helm.ts'

const run = promisify(execFile)

export const helms = ['helm', 'helm3'] as const
export type Helm = (typeof helms)[number]

/** Helm 3, built from its module, would take Kubernetes for 1.20 where there is no cluster to ask. */
export const anyCluster = ['--kube-version', '1.36.0']

/** Values as a file of values holds them. */
export type Values = Readonly<Record<string, unknown>>

/** The manifests of a release `keyferry` in namespace `keyferry-system`; throws Error with Helm's words. */
export async function renderText(helm: Helm, values: Values, ...args: readonly string[]): Promise<string> {
  await using file = await valuesFile(values)
  const command = [
    'template',
    'keyferry',
    chart,
    '--namespace',
    'keyferry-system',
    '--values',
    file.path,
    ...anyCluster,
  ]
  return (await runHelm(helm, ...command, ...args)).stdout
}

/** The same as objects, in Helm's order. */
export async function renderObjects(
  helm: Helm,
  values: Values,
  ...args: readonly string[]
): Promise<readonly KubeObject[]> {
  const documents = parseAllDocuments(await renderText(helm, values, ...args))
  return documents.map((it) => it.toJS() as KubeObject | null).filter((it) => it !== null)
}

/** Helm's words about values that it refuses; undefined when it takes them. */
export async function refusal(
  helm: Helm,
  values: Values,
  ...args: readonly string[]
): Promise<string | undefined> {
  return renderText(helm, values, ...args).then(
    () => undefined,
    (error: unknown) => String(error),
  )
}

/** Runs Helm with a home of its own, and no cluster. */
export async function runHelm(
  helm: Helm,
  ...args: readonly string[]
): Promise<{ stdout: string; stderr: string }> {
  const env = {
    PATH: process.env['PATH'],
    HOME: tmpdir(),
    HELM_CACHE_HOME: join(tmpdir(), 'keyferry-helm-cache'),
  }
  return run(await findProgram(helm), args, { env, maxBuffer: 64 * 1024 * 1024 })
}

async function valuesFile(values: Values): Promise<AsyncDisposable & { path: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-values-'))
  const path = join(directory, 'values.json')
  await writeFile(path, JSON.stringify(values))
  return { path, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) }
}
