import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Lock } from './lock.ts'

const sourceMap = z.object({ sources: z.array(z.string()) })

/** A package of which some code is in the bundle. */
export interface BundledPackage {
  /** As package-lock.json has it: `node_modules/a/node_modules/b`. */
  readonly path: string
  readonly name: string
  readonly version: string
}

/**
 * The packages whose code is in the bundle of a folder, by name; its source maps tell. Throws when there is no source
 * map, or when a package is not in the lock file.
 */
export async function bundledPackages(folder: string, lock: Lock): Promise<readonly BundledPackage[]> {
  const maps = (await readdir(folder)).filter((it) => it.endsWith('.mjs.map'))
  if (maps.length === 0) throw new Error(`Cannot tell what is in the bundle: ${folder} has no source map`)
  const texts = await Promise.all(maps.map((it) => readFile(join(folder, it), 'utf8')))
  return packagesOf(
    texts.flatMap((it) => sourceMap.parse(JSON.parse(it)).sources),
    lock,
  )
}

/** The packages that source files come from, each once, by name. Throws when one is not in the lock file. */
export function packagesOf(sources: readonly string[], lock: Lock): readonly BundledPackage[] {
  const paths = new Set(sources.map(packagePath).filter((it) => it !== undefined))
  return [...paths].toSorted().map((path) => describe(path, lock))
}

/** Without what stands before the outermost node_modules, and without the file inside the package. */
function packagePath(source: string): string | undefined {
  return /(?:^|\/)((?:node_modules\/(?:@[^/]+\/)?[^/]+\/)+)/.exec(source)?.[1]?.slice(0, -1)
}

function describe(path: string, lock: Lock): BundledPackage {
  const version = lock.packages[path]?.version
  if (version === undefined) throw new Error(`Cannot name the version of ${path}: package-lock.json has none`)
  return { path, name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length), version }
}
