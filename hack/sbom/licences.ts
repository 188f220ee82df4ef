import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BundledPackage } from './bundled.ts'

const repository = join(import.meta.dirname, '../..')

/**
 * The licences and notices of packages as their authors wrote them, which must go wherever their code goes. Throws when
 * a package brings no such file.
 */
export async function licenceTexts(packages: readonly BundledPackage[]): Promise<string> {
  const sections = await Promise.all(packages.map(section))
  return sections.join('\n')
}

async function section({ path, name, version }: BundledPackage): Promise<string> {
  const folder = join(repository, path)
  const files = (await readdir(folder)).filter((it) => /^(licen[cs]e|copying|notice)/i.test(it)).toSorted()
  if (files.length === 0) throw new Error(`Cannot ship ${name} ${version}: it has no licence file`)
  const texts = await Promise.all(files.map((it) => readFile(join(folder, it), 'utf8')))
  return `==== ${name} ${version}\n\n${texts.map((it) => it.trim()).join('\n\n')}\n`
}
