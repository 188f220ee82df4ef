import { FunctionError } from '../error.ts'
import type { GoString } from '../value/value.ts'
import { escapeUrl, unescapeUrl } from './url-escape.ts'
import { parseHost } from './url-host.ts'

/** A URL taken apart as Go's url.Parse does; parts are without escapes but for the query and the opaque part. */
export interface Url {
  readonly scheme: GoString
  readonly opaque: GoString
  /** As it is written in a URL; undefined where there is no `@`. */
  readonly userinfo: GoString | undefined
  readonly host: GoString
  readonly path: GoString
  readonly query: GoString
  readonly fragment: GoString
}

const nothing: Url = {
  scheme: '',
  opaque: '',
  userinfo: undefined,
  host: '',
  path: '',
  query: '',
  fragment: '',
}

/** Takes a URL apart. Throws FunctionError for what is none. */
export function parseUrl(text: GoString): Url {
  const [before, fragment] = cut(text, '#')
  const url = parseWithoutFragment(before)
  return { ...url, fragment: unescapeUrl(fragment, 'fragment') }
}

function parseWithoutFragment(text: GoString): Url {
  if (hasControl(text)) throw new FunctionError('finds a control character in the URL')
  if (text === '*') return { ...nothing, path: '*' }
  const [scheme, afterScheme] = schemeOf(text)
  const [rest, query] = cut(afterScheme, '?')
  const url = { ...nothing, scheme: scheme.toLowerCase(), query }
  if (scheme !== '' && !rest.startsWith('/')) return { ...url, opaque: rest }
  if (!rest.startsWith('/') && cut(rest, '/')[0].includes(':'))
    throw new FunctionError('finds a colon in the first part of the path')
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'))
  if (!hasAuthority) return { ...url, path: unescapeUrl(rest, 'path') }
  const end = rest.indexOf('/', 2)
  const [authority, path] = end === -1 ? [rest.slice(2), ''] : [rest.slice(2, end), rest.slice(end)]
  return { ...url, ...authorityOf(authority, url.scheme), path: unescapeUrl(path, 'path') }
}

function hasControl(text: GoString): boolean {
  for (const byte of text) if (byte < ' ' || byte === '\u007f') return true
  return false
}

function schemeOf(text: GoString): readonly [scheme: GoString, rest: GoString] {
  if (text.startsWith(':')) throw new FunctionError('finds no scheme before the colon of the URL')
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*(?=:)/.exec(text)?.[0] ?? ''
  return [scheme, scheme === '' ? text : text.slice(scheme.length + 1)]
}

function authorityOf(authority: GoString, scheme: GoString): Pick<Url, 'userinfo' | 'host'> {
  const at = authority.lastIndexOf('@')
  const host = parseHost(authority.slice(at + 1), scheme)
  return { host, userinfo: at === -1 ? undefined : checkedUserinfo(authority.slice(0, at)) }
}

/** User and password, read and written again, so that both have the escapes they need and no others. */
function checkedUserinfo(text: GoString): GoString {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) throw new FunctionError('finds a bad user in the URL')
  const colon = text.indexOf(':')
  const parts = colon === -1 ? [text] : [text.slice(0, colon), text.slice(colon + 1)]
  return parts.map((part) => escapeUrl(unescapeUrl(part, 'userinfo'), 'userinfo')).join(':')
}

function cut(text: GoString, at: string): readonly [before: GoString, after: GoString] {
  const index = text.indexOf(at)
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)]
}
