import type { Clock } from '../std/clock.ts'
import { Recent } from '../std/recent.ts'

interface Folder {
  /** What listing it took, or at least would take; undefined while nobody tried. */
  pages: number | undefined
  /** When the last list that came to its end began; monotonic. */
  listedMs: number | undefined
  /** How many names the list before, and the last one, answered for. */
  servedBefore: number
  served: number
  /** Calls that were spent below it since it was listed. */
  spent: number
  spentSinceMs: number
  blockedUntilMs: number
}

const mostFolders = 10_000
/** So long nobody lists again what may not be listed. */
const blockMs = 600_000
/** Calls that were spent longer ago tell nothing of what will be asked. */
const spentForMs = 3_600_000

/** What is known of the folders of one identity: what listing them costs and how much it would save. */
export class FolderBook {
  readonly #clock: Clock
  #folders = new Map<string, Folder>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Pages that a list takes, at least as far as is known; infinite while it is of no use. */
  pages(folder: string): number {
    const it = this.#folders.get(folder)
    if (it === undefined) return 1
    return this.#clock.monotonic() < it.blockedUntilMs ? Infinity : (it.pages ?? 1)
  }

  /** Whether no list of the folder that holds an item is to be had. */
  isBlocked(name: string): boolean {
    const [folder] = foldersOf(name)
    return folder !== undefined && this.pages(folder) === Infinity
  }

  /** How many calls a list is likely to save to those who ask later, by what they asked before. */
  worth(folder: string): number {
    const it = this.#folders.get(folder)
    if (it === undefined) return 0
    const isRecent = this.#clock.monotonic() - it.spentSinceMs < spentForMs
    return Math.max(it.served, it.servedBefore) + (isRecent ? it.spent : 0)
  }

  /** When the last list of the folder, or of one above it, began that shows all there is. */
  listedMs(name: string): number {
    let latest = -Infinity
    for (const folder of foldersOf(name))
      latest = Math.max(latest, this.#folders.get(folder)?.listedMs ?? latest)
    return latest
  }

  /** A list came to its end, and answered for so many names that were asked for. */
  listed(folder: string, pages: number, startedMs: number, served: number): void {
    const it = this.#at(folder)
    Object.assign(it, { pages, listedMs: startedMs, servedBefore: it.served, served, spent: 0 })
    this.spend(folder, pages)
    this.#atLeast(folder, pages)
  }

  /** A list was given up after so many pages: the next one needs several times the reason. */
  tooLong(folder: string, pages: number): void {
    Object.assign(this.#at(folder), { pages: pages * 4, spent: 0, served: 0, servedBefore: 0 })
    this.#atLeast(folder, pages * 4)
  }

  /** A folder holds no less than the folders in it. */
  #atLeast(folder: string, pages: number): void {
    for (const above of foldersOf(folder)) {
      const it = this.#at(above)
      it.pages = Math.max(it.pages ?? 1, pages)
    }
  }

  /** A list is not to be had. */
  block(folder: string): void {
    Object.assign(this.#at(folder), {
      blockedUntilMs: this.#clock.monotonic() + blockMs,
      listedMs: undefined,
    })
  }

  /** A name was answered for without a call. */
  serve(name: string): void {
    let last: Folder | undefined
    for (const folder of foldersOf(name)) {
      const it = this.#folders.get(folder)
      if (it?.listedMs !== undefined && it.listedMs >= (last?.listedMs ?? -Infinity)) last = it
    }
    if (last !== undefined) last.served += 1
  }

  /** Calls were spent on an item or a folder: a list of one above might have saved them. */
  spend(nameOrFolder: string, calls: number): void {
    const nowMs = this.#clock.monotonic()
    for (const folder of foldersOf(nameOrFolder)) {
      const it = this.#at(folder)
      if (nowMs - it.spentSinceMs >= spentForMs) Object.assign(it, { spent: 0, spentSinceMs: nowMs })
      it.spent += calls
    }
  }

  #at(folder: string): Folder {
    const known = this.#folders.get(folder)
    if (known !== undefined) return known
    const times = { listedMs: undefined, spentSinceMs: this.#clock.monotonic(), blockedUntilMs: -Infinity }
    const made = { pages: undefined, served: 0, servedBefore: 0, spent: 0, ...times }
    if (this.#folders.size >= mostFolders) this.#folders = new Map()
    this.#folders.set(folder, made)
    return made
  }
}

const mostDepth = 50
/** By the nearest of them: items of one folder are asked for many times over. */
const knownFolders = new Recent<string, readonly string[]>(1000)

/** The folders that hold an item or a folder, the nearest first: `/a/b/c` is in `/a/b/`, `/a/` and `/`. None beyond a depth that nobody uses. */
export function foldersOf(name: string): readonly string[] {
  const nearest = name.slice(0, name.lastIndexOf('/', name.length - 2) + 1)
  const known = knownFolders.get(nearest) ?? foldersUpFrom(nearest)
  knownFolders.set(nearest, known)
  return known
}

function foldersUpFrom(nearest: string): readonly string[] {
  const folders: string[] = []
  if (nearest.split('/', mostDepth + 1).length > mostDepth) return folders
  for (let end = nearest.length - 1; end >= 0; end = nearest.lastIndexOf('/', end - 1)) {
    folders.push(nearest.slice(0, end + 1))
    if (end === 0) break
  }
  return folders
}
