import { describe, expect, test } from 'vitest'
import { classOf } from '../net/address.ts'
import { refuseAddress, type UrlRules } from '../net/server-url.ts'
import { parseGatewayUrl } from './gateway-url.ts'

const strict: UrlRules = {
  insecureLocalEndpoints: false,
  apiServerHosts: ['10.96.0.1', 'api.cluster.example.com'],
}
const local: UrlRules = { ...strict, insecureLocalEndpoints: true }

describe('a Gateway URL', () => {
  test.each([
    ['https://gateway.example.com', ''],
    ['https://gateway.example.com:8000/', ''],
    ['https://gateway.example.com:8000/api/v2', '/api/v2'],
    ['https://gateway.example.com/api/v2//', '/api/v2'],
    ['https://10.1.2.3:8000/v2', '/v2'],
    ['https://[fd12:3456::1]:8000', ''],
    ['https://gateway.example.com.', ''],
  ])('%s is taken', (url, path) => {
    expect(parseGatewayUrl(url, strict).path).toBe(path)
  })

  test('that is empty is the public service', () => {
    expect(parseGatewayUrl('', strict)).toMatchObject({ origin: 'https://api.akeyless.io', isPublic: true })
  })

  test.each([
    'gateway.example.com',
    'https://',
    'ftp://gateway.example.com',
    'file:///etc/passwd',
    'http://gateway.example.com',
    'https://user@gateway.example.com',
    'https://user:canary-password@gateway.example.com',
    'https://gateway.example.com/#fragment',
    'https://gateway.example.com/?query=1',
    'https://127.0.0.1',
    'https://127.1',
    'https://2130706433',
    'https://0x7f000001',
    'https://017700000001',
    'https://0x7f.1',
    'https://①②⑦.⓪.⓪.①',
    'https://0',
    'https://0.0.0.0',
    'https://[::]',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://[::ffff:7f00:1]',
    'https://[::127.0.0.1]',
    'https://[64:ff9b::169.254.169.254]',
    'https://[2002:a9fe:a9fe::1]',
    'https://169.254.169.254',
    'https://169.254.169.254/latest/meta-data',
    'https://[::ffff:169.254.169.254]',
    'https://2852039166',
    'https://168.63.129.16',
    'https://[fd00:ec2::254]',
    'https://[fe80::1]',
    'https://100.100.100.200',
    'https://10.96.0.1',
    'https://[::ffff:10.96.0.1]',
    'https://api.cluster.example.com',
    'https://API.cluster.EXAMPLE.com.',
    'https://kubernetes.default.svc',
    'https://kubernetes.default.svc.cluster.local',
    'https://kubernetes',
    'https://255.255.255.255',
    'https://[ff02::1]',
  ])('%s is refused, with words for people and no credential', (url) => {
    const refused = () => parseGatewayUrl(url, strict)

    expect(refused).toThrow(/^Cannot use spec\.provider\.akeyless\.akeylessGWApiURL: /)
    expect(refused).not.toThrow(/canary/)
    expect(refused).toThrow(expect.objectContaining({ reason: 'InvalidSpec' }))
  })

  test('may be http on loopback with insecureLocalEndpoints, and nowhere else', () => {
    expect(parseGatewayUrl('http://127.0.0.1:8080', local).origin).toBe('http://127.0.0.1:8080')
    expect(parseGatewayUrl('https://[::1]:8080', local).host).toBe('[::1]:8080')
    expect(() => parseGatewayUrl('http://10.1.2.3', local)).toThrow(/use https/)
    expect(() => parseGatewayUrl('http://169.254.169.254', local)).toThrow(/metadata/)
  })

  test.each([
    ['https://gateway.example.com', true],
    ['https://a.gw.example.com', true],
    ['https://gw.example.com', false],
    ['https://agw.example.com', false],
    ['https://gateway.example.com.evil.example', false],
    ['', false],
  ])('%s with --allowed-gateway-hosts is taken: %s', (url, taken) => {
    const rules = { ...strict, allowedHosts: ['Gateway.example.com', '*.gw.example.com'] }

    let refusal = ''
    try {
      parseGatewayUrl(url, rules)
    } catch (error) {
      refusal = String(error)
    }

    expect(refusal).toMatch(taken ? /^$/ : /--allowed-gateway-hosts/)
  })
})

test.each([
  ['api.akeyless.io', true],
  ['api.eu.akeyless.io', true],
  ['gw.akeyless.io', false],
  ['api.akeyless.io.example.com', false],
])('%s is the public service: %s', (host, isPublic) => {
  expect(parseGatewayUrl(`https://${host}`, strict).isPublic).toBe(isPublic)
})

test('an address with a zone is judged without it', () => {
  expect(classOf('fe80::1%eth0')).toBe('link-local')
})

test.each([
  '10.0.0.1',
  '192.168.1.1',
  '172.16.0.1',
  '8.8.8.8',
  '2001:db8::1',
  'fd00::1',
  '::ffff:10.0.0.1',
  '2002:a00:1::1',
])('a private or public address such as %s is nothing special', (address) => {
  expect(classOf(address)).toBeUndefined()
  const url = parseGatewayUrl('https://gw', strict)
  expect(() => refuseAddress(address, url, strict)).not.toThrow()
})
