import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram } from '../test/cluster/binaries.ts'
import { crdFiles } from './generate/crd.ts'
import { kustomizeFiles, release } from './generate/kustomize.ts'

// Beside hack/generate.ts, which needs no Helm; test/integration/kustomize.test.ts holds that both were run.
const root = join(import.meta.dirname, '..')
const helm = await findProgram('helm', console.log)
const args = ['template', release.name, 'charts/keyferry', '--namespace', release.namespace]
const { stdout } = await promisify(execFile)(helm, args, { cwd: root, maxBuffer: 2 ** 26 })
for (const folder of ['config/rbac/installed', 'config/manager'])
  await rm(join(root, folder), { recursive: true, force: true })
const crds = crdFiles().map((it) => basename(it.path))
for (const { path, text } of kustomizeFiles(stdout, crds)) {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
  console.log(path)
}
