import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const repository = join(import.meta.dirname, '../..')
/** Tells the processes of a test run where its bundle is. */
const variable = 'KEYFERRY_TEST_BUNDLE'

/** The program as it ships, which starts twice as fast as the sources. */
export interface Bundle extends AsyncDisposable {
  /** For `startManager`. */
  readonly entry: string
}

/** The bundle that all tests of this run share, made by its set-up; undefined where there is none. */
export function sharedBundle(): string | undefined {
  return process.env[variable]
}

/** Makes the bundle that the tests of this run share, of the sources as they are now. */
export async function shareBundle(): Promise<Bundle> {
  const bundle = await bundleSources()
  process.env[variable] = bundle.entry
  return bundle
}

/** The bundle of this run; one of the sources as they are now where none was made. */
export async function buildBundle(): Promise<Bundle> {
  const entry = sharedBundle()
  if (entry === undefined) return bundleSources()
  return { entry, [Symbol.asyncDispose]: () => Promise.resolve() }
}

async function bundleSources(): Promise<Bundle> {
  const directory = await mkdtemp(join(tmpdir(), 'keyferry-bundle-'))
  await promisify(execFile)(process.execPath, ['hack/build.ts', directory], { cwd: repository })
  return {
    entry: join(directory, 'keyferry.mjs'),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}
