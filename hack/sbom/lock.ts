import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const lockedPackage = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
})

const lockFile = z.object({ packages: z.record(z.string(), lockedPackage) })

/** What package-lock.json says of each package, by its place: `node_modules/a/node_modules/b`; npm's lock file v3. */
export type Lock = z.output<typeof lockFile>

/** Reads package-lock.json of this repository. */
export async function readLock(): Promise<Lock> {
  const text = await readFile(join(import.meta.dirname, '../../package-lock.json'), 'utf8')
  return lockFile.parse(JSON.parse(text))
}
