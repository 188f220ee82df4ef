import { FunctionError } from '../error.ts'

const parts = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(?:#(.*))?$/s
const badEscape = /%(?![0-9A-Fa-f]{2})/
/** Control characters, which Go's url.Parse refuses anywhere. */
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u001f\u007f]/
/** What may stand in a path or fragment; where it does not, Go writes all of it anew. */
const valid = /^[A-Za-z0-9\-_.~!$&'()*+,;=:@[\]%/]*$/
const validFragment = /^[A-Za-z0-9\-_.~!$&'()*+,;=:@[\]%/?]*$/
/** What Go does not escape when it writes one anew. */
const plain = /[^A-Za-z0-9\-_.~$&+,/:;=@]/g
const plainFragment = /[^A-Za-z0-9\-_.~$&+,/:;=@?!()*]/g

/**
 * A URI as Go's net/url gives it back once it has read it: the scheme in small letters, a path or fragment with what
 * may not stand in it escaped anew. Throws FunctionError for what is no URI.
 */
export function uriText(uri: string): string {
  const [, scheme = '', authority, path = '', query = '', fragment = ''] = parts.exec(uri) ?? []
  const isOpaque = scheme !== '' && authority === undefined && !path.startsWith('/')
  if (control.test(uri) || badEscape.test(`${authority ?? ''} ${isOpaque ? '' : path} ${fragment}`))
    throw new FunctionError('the certificate has a URI that is none')
  const start = scheme === '' ? '' : `${scheme.toLowerCase()}:`
  // Go forgets the slashes of `foo://`, for nothing follows them.
  const host = authority === undefined || (authority === '' && path === '') ? '' : `//${authority}`
  const middle = isOpaque || valid.test(path) ? path : anew(path, plain)
  const end = validFragment.test(fragment) ? fragment : anew(fragment, plainFragment)
  return `${start}${host}${middle}${query}${end === '' ? '' : `#${end}`}`
}

function anew(text: string, escaped: RegExp): string {
  return text
    .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(escaped, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}
