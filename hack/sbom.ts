// Writes what belongs beside a bundle: the software bill of materials and the licences of the packages that are in it.
//   hack/run node hack/sbom.ts FOLDER   the folder that hack/build.ts wrote, with its source maps
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bundledPackages } from './sbom/bundled.ts'
import { shippedBom } from './sbom/cyclonedx.ts'
import { licenceTexts } from './sbom/licences.ts'
import { readLock } from './sbom/lock.ts'

const folder = process.argv[2] ?? 'dist'
const packages = await bundledPackages(folder, await readLock())
const bom = shippedBom(JSON.parse(await npmSbom()), packages, dateOfSources())
await writeFile(join(folder, 'sbom.cdx.json'), `${JSON.stringify(bom, null, 2)}\n`)
await writeFile(join(folder, 'LICENSES.txt'), await licenceTexts(packages))
console.log(`${packages.length} packages are in the bundle; the bill of materials lists them`)

/** All packages: with `--omit dev` npm leaves out those that a development tool wants too, such as yaml and zod. */
async function npmSbom(): Promise<string> {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']
  const { stdout } = await promisify(execFile)('npm', args, { maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

/** By the convention of reproducible-builds.org: the same sources give the same file. */
function dateOfSources(): Date {
  const seconds = process.env['SOURCE_DATE_EPOCH']
  return seconds === undefined ? new Date() : new Date(Number(seconds) * 1000)
}
