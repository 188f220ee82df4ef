import { FunctionError } from '../error.ts'
import { type Functions, fn } from '../function.ts'
import { dict, type GoMap, type GoString, kindOf } from '../value/value.ts'
import { escapeUrl } from './url-escape.ts'
import { hostnameOf } from './url-host.ts'
import { parseUrl } from './url-parse.ts'

/** Functions that take URLs apart and put them together, as Go's net/url does. */
export const urlFunctions: Functions = {
  urlParse: fn(['string'], ([text], { budget }) => {
    budget.step(1 + (text.length >> 2))
    budget.allocate(4 * text.length)
    const { userinfo = '', ...url } = parseUrl(text)
    return dict(new Map(Object.entries({ ...url, userinfo, hostname: hostnameOf(url.host) })))
  }),
  urlJoin: fn(['map[string]interface {}'], ([parts], { budget }) => {
    const text = (key: GoString) => textAt(parts, key)
    const url = joined({
      scheme: text('scheme'),
      host: text('host'),
      path: text('path'),
      query: text('query'),
      opaque: text('opaque'),
      fragment: text('fragment'),
      userinfo: text('userinfo'),
    })
    budget.step(1 + (url.length >> 2))
    budget.allocate(4 * url.length)
    return url
  }),
}

function textAt(parts: GoMap, key: GoString): GoString {
  const value = parts.entries.get(key)
  if (value === undefined) return ''
  if (typeof value !== 'string')
    throw new FunctionError(`takes a ${key} of kind string, not ${kindOf(value)}`)
  return value
}

type Parts = Readonly<
  Record<'scheme' | 'host' | 'path' | 'query' | 'opaque' | 'fragment' | 'userinfo', GoString>
>

function joined({ scheme, host, path, query, opaque, fragment, userinfo }: Parts): GoString {
  const start = scheme === '' ? '' : `${scheme}:`
  const user = userinfo === '' ? undefined : parseUrl(`proto://${userinfo}@host`).userinfo
  const middle = opaque === '' ? withAuthority(start, host, path, user) : start + opaque
  const end = query === '' ? '' : `?${query}`
  return middle + end + (fragment === '' ? '' : `#${escapeUrl(fragment, 'fragment')}`)
}

function withAuthority(
  start: GoString,
  host: GoString,
  path: GoString,
  user: GoString | undefined,
): GoString {
  const hasAuthority = host !== '' || user !== undefined || (start !== '' && path !== '')
  const authority = hasAuthority ? `//${user === undefined ? '' : `${user}@`}${escapeUrl(host, 'host')}` : ''
  const escaped = path === '*' ? path : escapeUrl(path, 'path')
  const slash = escaped !== '' && !escaped.startsWith('/') && host !== '' ? '/' : ''
  const before = start + authority + slash
  // Else the colon would make a scheme of what is before it.
  const isAmbiguous = before === '' && /^[^/]*:/.test(escaped)
  return before + (isAmbiguous ? './' : '') + escaped
}
