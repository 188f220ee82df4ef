import { describe, expect, test } from 'vitest'
import { coverOf } from './cover.ts'

/** Folders of which something is known: pages and worth. */
function costs(known: Readonly<Record<string, readonly [pages: number, worth: number]>> = {}) {
  return {
    pages: (folder: string) => known[folder]?.[0] ?? 1,
    worth: (folder: string) => known[folder]?.[1] ?? 0,
  }
}

function shown(...given: Parameters<typeof coverOf>) {
  const { lists, describes } = coverOf(...given)
  return [...lists.map((it) => it.folder), ...describes]
}

const deep = '/x'.repeat(60)
const apart = (count: number) => Array.from({ length: count }, (_, n) => `/apps/${n}/key`)

describe('the cover', () => {
  test.each<[string, string[], ReturnType<typeof costs>, string[]]>([
    ['of nothing is nothing', [], costs(), []],
    ['of one item is its description', ['/a/b'], costs(), ['/a/b']],
    ['of one item after its neighbour is their folder', ['/a/b'], costs({ '/a/': [1, 1] }), ['/a/']],
    ['of two in a folder is the folder', ['/a/b', '/a/c'], costs(), ['/a/']],
    ['of two below a folder is that folder', ['/a/b/x', '/a/c/y'], costs(), ['/a/']],
    ['of items at the top is the top', ['/a', '/b'], costs(), ['/']],
    ['of items in folders of their own is what is above all', apart(3000), costs(), ['/apps/']],
    [
      'of two in a folder of many pages is their descriptions',
      ['/a/b', '/a/c'],
      costs({ '/a/': [5, 0], '/': [9, 0] }),
      ['/a/b', '/a/c'],
    ],
    [
      'of two in a folder of many pages is the folder when others will ask too',
      ['/a/b', '/a/c'],
      costs({ '/a/': [5, 300], '/': [9, 0] }),
      ['/a/'],
    ],
    [
      'goes round a folder that may not be listed',
      ['/a/b', '/a/c', '/d/e', '/d/f', '/g'],
      costs({ '/': [Infinity, 900] }),
      ['/a/', '/d/', '/g'],
    ],
    [
      'is the lists of two folders where what is above is larger than both',
      ['/a/b', '/a/c', '/d/e', '/d/f'],
      costs({ '/': [50, 0] }),
      ['/a/', '/d/'],
    ],
    [
      'of names that end in a slash is their descriptions',
      ['/a/', '/a/b'],
      costs({ '/': [9, 0] }),
      ['/a/', '/a/b'],
    ],
    [
      'of items deeper than anybody puts them is their descriptions',
      [deep, `${deep}y`],
      costs(),
      [deep, `${deep}y`],
    ],
  ])('%s', (_, names, known, expected) => {
    expect(shown(names, known)).toEqual(expected)
  })

  test('names everything exactly once or lists a folder above it', () => {
    const names = Array.from({ length: 500 }, (_, n) => `/${n % 3}/${n % 7}/${n % 11}/${n}`)
    const hard = {
      pages: (folder: string) => (folder.length % 5) + 1,
      worth: (folder: string) => folder.length % 3,
    }

    const { lists, describes } = coverOf(names, hard)

    for (const name of names) {
      const ways =
        describes.filter((it) => it === name).length + lists.filter((it) => name.startsWith(it.folder)).length
      expect([name, ways]).toEqual([name, 1])
    }
  })
})
