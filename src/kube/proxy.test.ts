import { expect, test } from 'vitest'
import { proxyFor } from './proxy.ts'

const proxy = 'http://proxy:3128'

test.each([
  ['https://10.96.0.1', { HTTPS_PROXY: proxy }, proxy],
  ['https://10.96.0.1', { https_proxy: 'proxy:3128' }, proxy],
  ['https://10.96.0.1', { HTTPS_PROXY: '', https_proxy: proxy }, proxy],
  ['https://10.96.0.1', { HTTPS_PROXY: proxy, NO_PROXY: '', no_proxy: '10.96.0.1' }, undefined],
  ['http://10.96.0.1', { HTTPS_PROXY: proxy }, undefined],
  ['https://10.96.0.1', {}, undefined],
  ['https://127.0.0.1:6443', { HTTPS_PROXY: proxy }, undefined],
  ['https://localhost:6443', { HTTPS_PROXY: proxy }, undefined],
  ['https://[::1]:6443', { HTTPS_PROXY: proxy }, undefined],
  ['https://10.96.0.1', { HTTPS_PROXY: proxy, NO_PROXY: '10.96.0.0/12' }, undefined],
  ['https://10.96.0.1', { HTTPS_PROXY: proxy, NO_PROXY: '10.95.0.0/16,10.97.0.0/16' }, proxy],
  ['https://10.96.0.1', { HTTPS_PROXY: proxy, NO_PROXY: '10.96.0.1' }, undefined],
  ['https://10.96.0.1', { HTTPS_PROXY: proxy, NO_PROXY: '*' }, undefined],
  ['https://api.corp.example', { HTTPS_PROXY: proxy, NO_PROXY: 'x, .corp.example' }, undefined],
  ['https://api.corp.example', { HTTPS_PROXY: proxy, no_proxy: '*.corp.example' }, undefined],
  ['https://api.corp.example', { HTTPS_PROXY: proxy, NO_PROXY: 'corp.example' }, undefined],
  ['https://apicorp.example', { HTTPS_PROXY: proxy, NO_PROXY: 'corp.example' }, proxy],
  ['https://api.corp.example:6443', { HTTPS_PROXY: proxy, NO_PROXY: 'api.corp.example:6443' }, undefined],
  ['https://api.corp.example:6443', { HTTPS_PROXY: proxy, NO_PROXY: 'api.corp.example:443' }, proxy],
  ['https://[fd00::1]:443', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::1' }, undefined],
  ['https://[fd00::1]:443', { HTTPS_PROXY: proxy, NO_PROXY: '[fd00::1]' }, undefined],
  ['https://[fd00::1]:6443', { HTTPS_PROXY: proxy, NO_PROXY: '[fd00::1]:6443' }, undefined],
  ['https://[fd00::1]:6443', { HTTPS_PROXY: proxy, NO_PROXY: '[fd00::1]:443' }, proxy],
  ['https://[fd00::1]:443', { HTTPS_PROXY: proxy, NO_PROXY: '10.96.0.0/12,fd00::/8' }, undefined],
  ['https://[fd00::1]:443', { HTTPS_PROXY: proxy, NO_PROXY: 'fc00::/8,fd00::/129,fd00::/,fd00::/x' }, proxy],
  ['https://10.96.0.1', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/33,10.0.0.0/,fd00::/8' }, proxy],
  ['https://api.corp.example', { HTTPS_PROXY: proxy, NO_PROXY: '0.0.0.0/0' }, proxy],
])('%s with %o', (server, env, expected) => {
  expect(proxyFor(new URL(server), env)?.reveal()).toBe(expected)
})

test.each(['socks5://jane:canary@proxy:1080', 'http://[canary', 'http://canary:70000'])(
  'a proxy that cannot be used (%s) is told without its password, unless it is not to be used',
  (bad) => {
    const server = new URL('https://10.96.0.1')

    expect(() => proxyFor(server, { HTTPS_PROXY: bad })).toThrow(
      'Cannot use the proxy of HTTPS_PROXY: it is no http:// or https:// URL; correct it, or name the server in NO_PROXY',
    )
    expect(proxyFor(server, { HTTPS_PROXY: bad, NO_PROXY: '10.0.0.0/8' })).toBe(undefined)
    expect(proxyFor(new URL('https://localhost:6443'), { HTTPS_PROXY: bad })).toBe(undefined)
  },
)
