import { expect, test } from 'vitest'
import { proxyFor } from './proxy.ts'

const proxy = 'http://proxy:3128'

test.each([
  ['https://10.96.0.1', { HTTPS_PROXY: proxy }, proxy],
  ['https://10.96.0.1', { https_proxy: 'proxy:3128' }, proxy],
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
])('%s with %o', (server, env, expected) => {
  expect(proxyFor(new URL(server), env)?.reveal()).toBe(expected)
})
