// Every link of the README and of the pages leads somewhere, and every file of docs/ can be found from the README.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'charts/keyferry/README.md',
  ...globSync('docs/**/*.md', { cwd: root }),
]

test.each(pages)('every link of %s leads to a file that is there, and to a heading of it', (page) => {
  expect(
    linksOf(page)
      .filter((it) => !leadsSomewhere(it))
      .map(String),
  ).toEqual([])
})

test('whoever begins at the README can reach every file of docs/', () => {
  const reached = new Set<string>()
  const queue = ['README.md']
  for (let page = queue.pop(); page !== undefined; page = queue.pop()) {
    if (reached.has(page)) continue
    reached.add(page)
    if (page.endsWith('.md')) queue.push(...linksOf(page).flatMap(({ path }) => filesAt(path)))
  }
  const files = globSync('docs/**', { cwd: root }).filter((it) => statSync(join(root, it)).isFile())

  expect(files.length).toBeGreaterThan(40)
  expect(files.filter((it) => !reached.has(it))).toEqual([])
})

test('headings have the anchors that GitHub gives them', () => {
  const page = '# `a`, b_c: *d*\n## É & x\n```sh\n# none\n```\n## Same\n## Same\n<a id="own"></a>\n'

  expect(anchorsOf(page)).toEqual(new Set(['a-b_c-d', 'é--x', 'same', 'same-1', 'own']))
})

/** Where a link leads: a path from the repository's root and, perhaps, an anchor. */
class Link {
  readonly path: string
  readonly anchor: string

  constructor(page: string, target: string) {
    const [file = '', anchor = ''] = target.split('#')
    this.path = file === '' ? page : normalize(join(dirname(page), decodeURIComponent(file)))
    this.anchor = anchor
  }

  toString(): string {
    return `${this.path}#${this.anchor}`
  }
}

/** The relative links of a page. */
function linksOf(page: string): readonly Link[] {
  const prose = withoutCode(read(page)).replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^()\s]+)(?: "[^"]*")?\)/g)]
    .map(([, target = '']) => target)
    .filter((it) => !/^[a-z]+:/.test(it))
    .map((it) => new Link(page, it))
}

function leadsSomewhere({ path, anchor }: Link): boolean {
  if (path.startsWith(`..${sep}`) || !existsSync(join(root, path))) return false
  return anchor === '' || (path.endsWith('.md') && anchorsOf(read(path)).has(anchor))
}

/** A link to a folder shows all that is in it. */
function filesAt(path: string): readonly string[] {
  const place = join(root, path)
  if (!existsSync(place)) return []
  if (!statSync(place).isDirectory()) return [path]
  const found = globSync(join(place, '**')).filter((it) => statSync(it).isFile())
  return found.map((it) => relative(root, it))
}

function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  const times = new Map<string, number>()
  const text = withoutCode(markdown)
  for (const [, heading = ''] of text.matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const slug = slugOf(heading)
    const before = times.get(slug) ?? 0
    times.set(slug, before + 1)
    anchors.add(before === 0 ? slug : `${slug}-${before}`)
  }
  for (const [, id = ''] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id)
  return anchors
}

/** Small letters; of signs only hyphens and underscores; spaces become hyphens. */
function slugOf(heading: string): string {
  const shown = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
  return shown
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-')
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^( *)(```+|~~~+)[^]*?^\1\2 *$/gm, '')
}

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}
