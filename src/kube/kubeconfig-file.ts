import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { property } from './api-status.ts'
import { invalid } from './kubeconfig-failure.ts'

/** One kubeconfig file as it was written, of which nothing but the YAML was looked at. */
export interface KubeconfigFile {
  /** For messages. */
  readonly file: string
  /** What relative paths in it begin with. */
  readonly directory: string
  readonly content: unknown
}

/** An entry of one of its lists, with its place for messages. */
export interface KubeconfigEntry {
  readonly source: KubeconfigFile
  readonly index: number
  readonly entry: unknown
}

/** Reads one file; undefined when there is none. Throws Failure `InvalidKubeconfig`. */
export async function readKubeconfigFile(file: string): Promise<KubeconfigFile | undefined> {
  const text = await textOf(file)
  if (text === undefined) return undefined
  return { file, directory: path.dirname(path.resolve(file)), content: parse(file, text) }
}

/** The first entry of that name, over all files in their order. */
export function findEntry(
  sources: readonly KubeconfigFile[],
  list: 'clusters' | 'contexts' | 'users',
  name: string,
): KubeconfigEntry | undefined {
  for (const source of sources) {
    const raw = property(source.content, list)
    const entries: readonly unknown[] = Array.isArray(raw) ? raw : []
    const index = entries.findIndex((it) => property(it, 'name') === name)
    if (index !== -1) return { source, index, entry: entries[index] }
  }
  return undefined
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = property(error, 'code')
    if (code === 'ENOENT') return undefined
    throw invalid(file, `it cannot be read (${String(code)})`)
  }
}

/** The messages of the YAML parser quote the text, which holds credentials: only the line is told. */
function parse(file: string, text: string): unknown {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  const [first] = document.errors
  if (first !== undefined)
    throw invalid(file, `line ${lineCounter.linePos(first.pos[0]).line} is not valid YAML`)
  try {
    return document.toJS()
  } catch {
    // An alias without its anchor may be a password that begins with `*`; aliases of aliases may be without end.
    throw invalid(file, 'it has an alias (*name) that cannot be resolved; quote texts that begin with *')
  }
}
