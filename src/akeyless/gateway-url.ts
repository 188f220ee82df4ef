import { parseServerUrl, type ServerUrl, type UrlRules } from '../net/server-url.ts'

/** The URL of a Gateway or of the public service. */
export interface GatewayUrl extends ServerUrl {
  readonly isPublic: boolean
}

export const gatewayUrlPath = 'spec.provider.akeyless.akeylessGWApiURL'

const words = {
  path: gatewayUrlPath,
  server: 'gateway',
  instead: 'the address of an Akeyless Gateway',
  hostsFlag: '--allowed-gateway-hosts',
}
const publicService = 'https://api.akeyless.io'
const publicHost = /^api(\.[a-z0-9-]+)?\.akeyless\.io$/

/** Reads the URL of a store; throws InvalidSpec that says which rule it breaks, and shows nothing but the host. */
export function parseGatewayUrl(text: string, rules: UrlRules): GatewayUrl {
  const url = parseServerUrl(text === '' ? publicService : text, { rules, words })
  return { ...url, isPublic: publicHost.test(url.hostname) }
}
