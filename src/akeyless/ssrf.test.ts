import { describe, expect, test } from 'vitest'
import { classOf } from '../net/address.ts'
import type { UrlRules } from '../net/server-url.ts'
import { parseGatewayUrl } from './gateway-url.ts'

const rules: UrlRules = {
  insecureLocalEndpoints: false,
  allowedHosts: undefined,
  apiServerHosts: ['10.96.0.1', 'fd00:96::1', 'api.cluster.example.com'],
}

/** The host that a URL leads to, or the words of its refusal. */
function hostOf(url: string, more: Partial<UrlRules> = {}): string {
  try {
    return parseGatewayUrl(url, { ...rules, ...more }).hostname
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}

describe('S9: a URL is refused', () => {
  test.each([
    // Zones, brackets and what no URL may hold.
    'https://[fe80::1%25eth0]/',
    'https://[fe80::1%eth0]/',
    'https://[::1',
    'https://127.0.0.1%00.example.com/',
    'https://exa mple.com/',
    'https://gateway.example.com:99999/',
    // Users, also where they look like the host.
    'https://gateway.example.com@127.0.0.1/',
    'https://gateway.example.com:443@evil.example/',
    'https://@gateway.example.com/#@evil.example',
    'https://127.0.0.1#@gateway.example.com/',
    // Other ways to write this machine.
    'https://127.0.0.1./',
    'https://127.000.000.001/',
    'https://0177.0.0.0x1/',
    'https://127.65535/',
    'https://⑯⑨。②⑤④。⑯⑨。②⑤④/',
    'https://%31%32%37.0.0.1/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::ffff:0:127.0.0.1]/',
    'https://[64:ff9b:1::7f00:1]/',
    'https://[2002:7f00:1::]/',
    // Metadata and credentials of clouds.
    'https://[fd00:ec2::254]/',
    'https://[fd00:ec2::23]/',
    'https://[fd20:ce::254]/',
    'https://169.254.170.2/v2/credentials',
    'https://169.254.170.23/v1/credentials',
    'https://[::ffff:a83f:8110]/',
    'https://192.0.0.192/',
    // The API server, by all its names.
    'https://[fd00:96::1]/',
    'https://[fd00:96:0:0::0001]/',
    'https://kubernetes.default.svc./',
    'https://ＫＵＢＥＲＮＥＴＥＳ.default/',
    'https://api.cluster.example.com./',
    'http://gateway.example.com/',
    'javascript:alert(1)',
    'https:gateway.example.com@127.0.0.1',
    'unix:/var/run/docker.sock',
    'gopher://127.0.0.1:6443/',
  ])('%s', (url) => {
    expect(hostOf(url)).toMatch(/^Cannot use spec\.provider\.akeyless\.akeylessGWApiURL: /)
  })
})

describe('S9: a backslash and a path lead nowhere else', () => {
  test.each([
    ['https://gateway.example.com\\@127.0.0.1/', 'gateway.example.com'],
    ['https://gateway.example.com/@127.0.0.1', 'gateway.example.com'],
    ['https:\\\\gateway.example.com/..//..//x', 'gateway.example.com'],
    ['https:///gateway.example.com', 'gateway.example.com'],
    ['  https://gateway.example.com\n', 'gateway.example.com'],
  ])('%j leads to %s', (url, host) => {
    expect(hostOf(url)).toBe(host)
  })
})

describe('S9: a host that looks like an allowed one', () => {
  const allowed = { allowedHosts: ['gateway.example.com', '*.gw.example.com'] }

  test.each([
    ['by a Cyrillic letter', 'https://gаteway.example.com'],
    ['by a Greek letter', 'https://gateway.eχample.com'],
    ['in Punycode', 'https://xn--gteway-5nf.example.com'],
    ['by what follows', 'https://gateway.example.com.evil.example'],
    ['by what precedes', 'https://evilgateway.example.com'],
    ['by a dot more', 'https://gateway.example.com..'],
    ['as its own wildcard', 'https://gw.example.com'],
    ['by an encoded dot', 'https://gateway%2eexample.com.evil.example'],
  ])('%s is refused', (_how, url) => {
    expect(hostOf(url, allowed)).toMatch(/--allowed-gateway-hosts/)
  })

  test.each([
    'https://GATEWAY.example.com',
    'https://gateway.example.com.',
    'https://ｇateway.example.com',
    'https://a.gw.example.com',
  ])('and is the same one is taken: %s', (url) => {
    expect(hostOf(url, allowed)).toMatch(/^(gateway|a\.gw)\.example\.com$/)
  })
})

test('S9: an address with a zone is judged as the address', () => {
  expect(classOf('fe80::1%eth0')).toBe('link-local')
  expect(classOf('::1%lo')).toBe('loopback')
})
