import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { chartReadmeFile } from './generate/chart-readme.ts'
import { chartCrdFiles, crdFiles } from './generate/crd.ts'
import { dashboardFile } from './generate/dashboard.ts'
import { rbacFiles } from './generate/rbac.ts'
import { rulesTemplate } from './generate/rules-template.ts'
import { valuesSchemaFile } from './generate/values-schema.ts'

const root = join(import.meta.dirname, '..')
/** Folders that hold generated files only. */
const owned = ['config/crd', 'config/rbac', 'charts/keyferry/files/crds']

const files = [
  ...crdFiles(),
  ...chartCrdFiles(),
  ...rbacFiles(),
  rulesTemplate(),
  valuesSchemaFile(),
  chartReadmeFile(),
  dashboardFile(),
]
for (const directory of owned) await removeStrangers(directory)
for (const { path, text } of files) {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
  console.log(`${path}: ${Math.round(text.length / 1024)} kB`)
}

/** What is no longer generated must not be applied any longer. */
async function removeStrangers(directory: string): Promise<void> {
  const known = new Set(files.map((it) => it.path))
  for (const name of await readdir(join(root, directory)).catch(() => [])) {
    const path = `${directory}/${name}`
    if (name.endsWith('.yaml') && !known.has(path)) await rm(join(root, path))
  }
}
