import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { installDebianPackages, isDebian, type Progress } from '../cluster/debian.ts'

/** Programs of Debian's package `prometheus`. */
export interface PrometheusPrograms {
  readonly prometheus: string
  readonly promtool: string
}

/**
 * Where they are; the package is installed on Debian when it is not there. Undefined on other systems without it.
 * Throws on Debian when it cannot be installed: there a test must not be skipped.
 */
export async function findPrometheus(progress?: Progress): Promise<PrometheusPrograms | undefined> {
  const found = search()
  if (found !== undefined || !(await isDebian())) return found
  await installDebianPackages(['prometheus'], progress)
  const installed = search()
  if (installed === undefined) throw new Error('Cannot find Prometheus after its package was installed')
  return installed
}

/** Why a test that needs them cannot run; undefined where it can. */
export async function missingPrometheus(): Promise<string | undefined> {
  return (await findPrometheus()) === undefined ? 'Prometheus is not installed' : undefined
}

function search(): PrometheusPrograms | undefined {
  const folders = (process.env['PATH'] ?? '').split(':').filter((it) => it !== '')
  const folder = folders.find((it) => ['prometheus', 'promtool'].every((name) => existsSync(join(it, name))))
  return folder === undefined
    ? undefined
    : { prometheus: join(folder, 'prometheus'), promtool: join(folder, 'promtool') }
}
