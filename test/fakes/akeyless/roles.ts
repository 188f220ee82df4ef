/** What a rule allows on a path; `list` is implied by every other one, `deny` overrides all. */
export const capabilities = ['deny', 'create', 'read', 'update', 'delete', 'list'] as const
export type Capability = (typeof capabilities)[number]

/** A rule: an exact path, a trailing `*`, `+` inside one segment, `{{claim}}` of the caller. */
export interface Rule {
  readonly path: string
  readonly capabilities: readonly Capability[]
}

/** Sub-claims that an association asks for: all keys must match; values are alternatives, also with commas inside. */
export type SubClaims = Readonly<Record<string, string | readonly string[]>>

interface Association {
  readonly accessId: string
  readonly subClaims: SubClaims
  readonly caseSensitive: boolean
}

export interface Role {
  readonly name: string
  rules: Rule[]
  associations: Association[]
}

/** What is known of a caller: the claims of its login. */
export type Claims = Readonly<Record<string, readonly string[]>>

export interface Caller {
  readonly accessId: string
  readonly claims: Claims
}

export interface PathRules {
  readonly folderGlobCoversFolder: boolean
}

/** Everything the caller may do on a path: the union over its roles; empty when any rule denies. */
export function permissionsOf(
  roles: Iterable<Role>,
  caller: Caller,
  path: string,
  options: PathRules,
): ReadonlySet<Capability> {
  const granted = new Set<Capability>()
  for (const role of roles) {
    if (!role.associations.some((it) => isFor(it, caller))) continue
    for (const rule of role.rules) if (covers(rule.path, path, caller.claims, options)) add(granted, rule)
  }
  if (granted.has('deny')) return new Set()
  if (granted.size > 0) granted.add('list')
  return granted
}

function add(granted: Set<Capability>, rule: Rule): void {
  for (const capability of rule.capabilities) granted.add(capability)
}

function isFor(association: Association, caller: Caller): boolean {
  if (association.accessId !== caller.accessId) return false
  return matchesSubClaims(association.subClaims, caller.claims, association.caseSensitive)
}

/** AND over the keys, OR over the values of one key, `*` and `?` inside a value. */
export function matchesSubClaims(wanted: SubClaims, claims: Claims, caseSensitive = true): boolean {
  return Object.entries(wanted).every(([key, patterns]) => {
    const held = claims[key] ?? []
    return alternativesOf(patterns).some((pattern) =>
      held.some((it) => matchesWildcard(pattern, it, caseSensitive)),
    )
  })
}

function alternativesOf(patterns: string | readonly string[]): string[] {
  return [patterns]
    .flat()
    .flatMap((it) => it.split(','))
    .map((it) => it.trim())
}

/** `*` is any text, `?` any one character, everything else itself. */
export function matchesWildcard(pattern: string, text: string, caseSensitive = true): boolean {
  const source = escapeRegExp(pattern).replaceAll('\\*', '.*').replaceAll('\\?', '.')
  return new RegExp(`^${source}$`, caseSensitive ? 's' : 'si').test(text)
}

/** Whether a rule's path covers an item's path for a caller with these claims. */
export function covers(rulePath: string, path: string, claims: Claims, options: PathRules): boolean {
  return expand(withSlash(rulePath), claims).some((source) => compiled(source, options).test(withSlash(path)))
}

/** Both rules and requests may leave out the leading slash. */
export function withSlash(path: string): string {
  return path.startsWith('/') ? path : `/${path}`
}

/** Stands for a rule's own trailing star; a star that comes out of a claim is only a letter. */
const glob = '\u0000'
const placeholder = /\{\{\s*([\w-]+)\s*\}\}/

/** Sources of regular expressions, one per value of each claim the path names; none when a claim is absent. */
function expand(rulePath: string, claims: Claims): string[] {
  const found = placeholder.exec(rulePath)
  if (found === null)
    return [rulePath.endsWith('*') ? sourceOf(rulePath.slice(0, -1)) + glob : sourceOf(rulePath)]
  const before = rulePath.slice(0, found.index)
  const tails = expand(rulePath.slice(found.index + found[0].length), claims)
  const values = claims[found[1] ?? ''] ?? []
  return values.flatMap((value) => tails.map((tail) => sourceOf(before) + escapeRegExp(value) + tail))
}

function sourceOf(literal: string): string {
  return escapeRegExp(literal).replaceAll('\\+', '[^/]+')
}

const cache = new Map<string, RegExp>()

function compiled(source: string, options: PathRules): RegExp {
  const key = `${options.folderGlobCoversFolder}${source}`
  const known = cache.get(key)
  if (known !== undefined) return known
  if (cache.size > 10_000) cache.clear()
  const made = compile(source, options)
  cache.set(key, made)
  return made
}

function compile(source: string, { folderGlobCoversFolder }: PathRules): RegExp {
  const stem = source.slice(0, -1)
  if (folderGlobCoversFolder && source.endsWith(`/${glob}`))
    return new RegExp(`^${stem.slice(0, -1)}(?:/.*)?$`, 's')
  if (source.endsWith(glob)) return new RegExp(`^${stem}.*$`, 's')
  return new RegExp(`^${source}$`, 's')
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
