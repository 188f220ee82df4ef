import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Outcome } from './outcome.ts'

const directory = join(import.meta.dirname, 'recorded')

/** What ESO made of a manifest: at first, and after the changes. `before` is absent where the manifest came later. */
export interface Golden {
  readonly before?: Outcome
  readonly after: Outcome
}

/** One file of recordings, with the version of ESO that was run. */
interface Recording {
  readonly eso: string
  readonly goldens: Readonly<Record<string, Golden>>
}

/** All recordings, by the name of the ExternalSecret. */
export async function recordedGoldens(): Promise<ReadonlyMap<string, Golden>> {
  const files = (await readdir(directory)).filter((it) => it.endsWith('.json'))
  const texts = await Promise.all(files.map((it) => readFile(join(directory, it), 'utf8')))
  return new Map(texts.flatMap((it) => Object.entries((JSON.parse(it) as Recording).goldens)))
}

/** Writes the recordings of one file of manifests, in a stable order. */
export async function writeRecording(file: string, eso: string, goldens: ReadonlyMap<string, Golden>) {
  const recording: Recording = { eso, goldens: Object.fromEntries(goldens) }
  await writeFile(join(directory, `${file}.json`), `${JSON.stringify(recording, undefined, 2)}\n`)
}
