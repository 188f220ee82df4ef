import type { AddressInfo } from 'node:net'
import { createServer, type SecureVersion, type Server, type TLSSocket } from 'node:tls'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createBench, reading } from '../../test/contract/akeyless-bench.ts'
import { selfSigned } from '../../test/fakes/akeyless/certificates.ts'
import type { ServingCertificate } from '../../test/fakes/akeyless/stand-in.ts'
import { CloudHttp } from './cloud-http.ts'

let certificate: ServingCertificate
let server: Server | undefined

beforeAll(async () => {
  certificate = await selfSigned()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  server?.close()
  server = undefined
})

/** A server of one version of TLS that answers nothing of use; gives its URL and the versions that were spoken. */
async function serve(version: SecureVersion): Promise<{ url: string; spoken: string[] }> {
  const spoken: string[] = []
  // OpenSSL has the old ones at its lowest level of security only.
  const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' }
  const { certificatePem: cert, privateKeyPem: key } = certificate
  server = createServer({ cert, key, ...old }, (socket: TLSSocket) => {
    spoken.push(socket.getProtocol() ?? '')
    socket.on('error', () => {}).end('HTTP/1.1 503 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
  })
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, spoken }
}

describe('S27: a Gateway that offers nothing but', () => {
  test.each<[SecureVersion, string, string[]]>([
    ['TLSv1', 'TLSFailure', []],
    ['TLSv1.1', 'TLSFailure', []],
    ['TLSv1.2', 'GatewayUnreachable', ['TLSv1.2']],
    ['TLSv1.3', 'GatewayUnreachable', ['TLSv1.3']],
  ])('%s ends in %s', async (version, expected, versions) => {
    const { url, spoken } = await serve(version)
    const bench = createBench({ url })

    const reason = await bench.reasonOf(bench.open({ caBundle: certificate.certificatePem }).check(reading()))
    await bench.close()

    expect(reason).toBe(expected)
    expect([...new Set(spoken)]).toEqual(versions)
  })
})

describe('S27: NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment', () => {
  test('does not make us send credentials to a Gateway that nobody vouches for', async () => {
    const { url, spoken } = await serve('TLSv1.3')
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const bench = createBench({ url })

    const reason = await bench.reasonOf(bench.open().check(reading()))
    await bench.close()

    expect(reason).toBe('TLSFailure')
    expect(spoken).toEqual([])
  })

  test('nor a token to a cloud that nobody vouches for', async () => {
    const { url, spoken } = await serve('TLSv1.3')
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const http = new CloudHttp()

    const call = http.ask({
      what: 'log in at Entra',
      method: 'POST',
      url: new URL(url),
      body: 'x',
      signal: AbortSignal.timeout(5000),
    })

    await expect(call).rejects.toThrow(expect.objectContaining({ reason: 'TLSFailure' }))
    await http.close()
    expect(spoken).toEqual([])
  })
})
