/** How a value is decoded; `Auto` tries base64, then base64url, and takes what is neither as it is. */
export type DecodingStrategy = 'None' | 'Base64' | 'Base64URL' | 'Auto'

const alphabets = {
  Base64: /^[A-Za-z0-9+/]*={0,2}$/,
  Base64URL: /^[A-Za-z0-9_-]*={0,2}$/,
} as const

/** The bytes of a value that was encoded by a strategy, padded as RFC 4648 asks; undefined when it was not. */
export function decodeBy(strategy: DecodingStrategy, value: Uint8Array): Uint8Array | undefined {
  if (strategy === 'None') return value
  if (strategy === 'Auto') return base64(value, 'Base64') ?? base64(value, 'Base64URL') ?? value
  return base64(value, strategy)
}

/** As Go's decoders: line breaks are passed over, everything else must be right. */
function base64(value: Uint8Array, alphabet: keyof typeof alphabets): Uint8Array | undefined {
  const text = Buffer.from(value)
    .toString('latin1')
    .replaceAll(/[\r\n]/g, '')
  if (text.length % 4 !== 0 || !alphabets[alphabet].test(text)) return undefined
  return Buffer.from(text, alphabet === 'Base64' ? 'base64' : 'base64url')
}
