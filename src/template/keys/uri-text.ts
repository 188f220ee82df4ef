import { FunctionError } from '../error.ts'

const parts = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/s
const badEscape = /%(?![0-9A-Fa-f]{2})/
/** Control characters, which Go's url.Parse refuses anywhere. */
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u001f\u007f]/
/** What a path may hold as it stands (Go's validEncoded). */
const pathByte = /[^A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]%]/g

/**
 * A URI as Go's net/url gives it back once it has read it: the scheme in small letters, what may not stand in a path
 * escaped. Throws FunctionError for what is no URI. Escapes that were not needed stay.
 */
export function uriText(uri: string): string {
  const [, scheme = '', authority, path = '', query = '', fragment = ''] = parts.exec(uri) ?? []
  if (uri === '' || control.test(uri) || badEscape.test(`${authority ?? ''}${path}${fragment}`))
    throw new FunctionError('the certificate has a URI that is none')
  const start = scheme === '' ? '' : `${scheme.toLowerCase()}:`
  // Go forgets the slashes of `foo://`, for nothing follows them.
  const host = authority === undefined || (authority === '' && path === '') ? '' : `//${authority}`
  const written =
    scheme !== '' && authority === undefined && !path.startsWith('/') ? path : path.replace(pathByte, escape)
  return `${start}${host}${written}${query}${fragment === '#' ? '' : fragment}`
}

function escape(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}
