import { foldersOf } from './folder-book.ts'

/** What the cover goes by: what a list costs in calls, and what it saves to those who ask later. */
export interface FolderCosts {
  pages(folder: string): number
  worth(folder: string): number
}

export interface FolderList {
  readonly folder: string
  /** How many pages are worth their price. */
  readonly mostPages: number
}

/** Calls that show all names that are asked for. */
export interface Cover {
  readonly lists: readonly FolderList[]
  readonly describes: readonly string[]
}

interface Choice extends Cover {
  /** Calls saved, now and later, beyond those made. */
  readonly gain: number
}

const usualPageItems = 1000
/** A try costs little, and what it shows stays known. */
const leastPages = 3

/**
 * The cheapest way to look at names: lists of folders, with all that is below them, and descriptions of single items.
 * A list of an ancestor may serve folders of which each holds one item. Nothing is known of a folder at first, so
 * that a list of it is tried for two names, or for one after another one was described.
 */
export function coverOf(names: readonly string[], costs: FolderCosts): Cover {
  return names.length === 0 ? { lists: [], describes: [] } : choose(names.toSorted(), '', costs)
}

/** The best for names that are all below one folder; `within` and what is above it is judged by the caller. */
function choose(names: readonly string[], within: string, costs: FolderCosts): Choice {
  const [first = '', last = first] = [names[0], names.at(-1)]
  const common = foldersOf(first).filter((it) => last.startsWith(it) && it.length > within.length)
  const parts = names.length === 1 ? described(first) : split(names, common[0] ?? within, costs)
  let best = parts
  for (const folder of common) {
    const pages = Math.max(costs.pages(folder), Math.ceil(names.length / usualPageItems))
    const saved = names.length + costs.worth(folder)
    if (saved - pages <= best.gain) continue
    const mostPages = Math.max(pages, leastPages, saved)
    best = { gain: saved - pages, lists: [{ folder, mostPages }], describes: [] }
  }
  return best
}

function described(name: string): Choice {
  return { gain: 0, lists: [], describes: [name] }
}

/** Each folder below by itself, and each item that lies in none of them. */
function split(names: readonly string[], folder: string, costs: FolderCosts): Choice {
  const groups = Map.groupBy(names, (it) => {
    const end = it.indexOf('/', folder.length)
    return end < 0 ? it : it.slice(0, end + 1)
  })
  // Only names that end in a slash are in no group apart.
  if (groups.size === 1 && names.length > 1) return { gain: 0, lists: [], describes: names }
  const choices = [...groups.values()].map((it) => choose(it, folder, costs))
  return {
    gain: choices.reduce((sum, it) => sum + it.gain, 0),
    lists: choices.flatMap((it) => it.lists),
    describes: choices.flatMap((it) => it.describes),
  }
}
