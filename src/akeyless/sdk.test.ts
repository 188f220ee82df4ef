import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { accessId, accessKey, createBench } from '../../test/contract/akeyless-bench.ts'
import { MemoryReferences } from '../../test/contract/memory-references.ts'
import { typeNamed } from './item-types.ts'
import { bodyOf as listBodyOf } from './list-items.ts'
import {
  AuthOutput,
  CertificateValue,
  ClassicKeyValue,
  Item,
  ListItemsOutput,
  TaggedItem,
  ValidateTokenOutput,
} from './schema.ts'

const modelFolder = join(dirname(createRequire(import.meta.url).resolve('akeyless')), 'model')
const operations = readFileSync(join(modelFolder, '../api/V2Api.js'), 'utf8')

/** The fields of a model of the npm SDK: what it sets on the prototype. */
function fieldsOf(model: string): readonly string[] {
  const source = readFileSync(join(modelFolder, `${model}.js`), 'utf8')
  const found = source.matchAll(new RegExp(`^${model}\\.prototype\\['([^']+)'\\]`, 'gm'))
  return [...found].map(([, field]) => field ?? '')
}

const request = { name: '/a', version: 3, ignoreCache: true }
const bodyOf = (type: string) => ({ ...typeNamed(type)?.body(request), token: 't' })

describe('the npm SDK knows', () => {
  test.each([
    [
      'auth',
      'Auth',
      {
        'access-id': '',
        'access-type': '',
        'access-key': '',
        'k8s-auth-config-name': '',
        'k8s-service-account-token': '',
        'cloud-id': '',
        'azure-cloud': '',
        'gcp-audience': '',
        jwt: '',
        'cert-data': '',
        'key-data': '',
        'uid-token': '',
      },
    ],
    ['validate-token', 'ValidateToken', { token: '' }],
    ['describe-item', 'DescribeItem', { name: '', token: '' }],
    ['get-secret-value', 'GetSecretValue', bodyOf('STATIC_SECRET')],
    ['get-rotated-secret-value', 'GetRotatedSecretValue', bodyOf('ROTATED_SECRET')],
    ['get-certificate-value', 'GetCertificateValue', bodyOf('CERTIFICATE')],
    ['export-classic-key', 'ExportClassicKey', bodyOf('CLASSIC_KEY')],
    ['list-items', 'ListItems', listBodyOf({ path: '/a/', isLong: true }, 'next')],
    ['list-items', 'ListItems', { ...listBodyOf({ folder: '/a/', tag: 'b' }, 'next'), token: 't' }],
  ])('the path /%s and all fields that we send', (command, model, body) => {
    expect(operations).toContain(`callApi('/${command}','POST'`)
    expect(fieldsOf(model)).toEqual(expect.arrayContaining(Object.keys(body)))
  })

  test.each([
    ['AuthOutput', AuthOutput],
    ['ValidateTokenOutput', ValidateTokenOutput],
    ['Item', Item],
    ['Item', TaggedItem],
    ['Item', ListItemsOutput.shape.items.unwrap().unwrap().element],
    ['ItemGeneralInfo', z.object({ classic_key_details: z.unknown() })],
    ['ListItemsOutput', ListItemsOutput],
    ['GetCertificateValueOutput', CertificateValue],
    ['ExportClassicKeyOutput', ClassicKeyValue],
  ])('the fields of %s that we read', (model, schema) => {
    expect(fieldsOf(model)).toEqual(expect.arrayContaining(Object.keys(schema.shape)))
  })

  test('no field that it does not have', () => {
    expect(fieldsOf('Auth')).not.toContain('k8s-token')
  })
})

describe('what goes over the wire', () => {
  const bodies: Record<string, unknown>[] = []
  let server: import('node:http').Server
  let url = ''

  beforeEach(async () => {
    const { createServer } = await import('node:http')
    server = createServer((incoming, response) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        if (text !== '') bodies.push({ path: incoming.url, ...(JSON.parse(text) as object) })
        const isAuth = incoming.url === '/auth'
        const status = isAuth || text !== '' ? 200 : 401
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(isAuth ? { token: 't-1', expiration: '2999-01-01T00:00:00Z' } : {}))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as import('node:net').AddressInfo).port}`
    bodies.length = 0
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  test('the JWT of a ServiceAccount goes in base64, requested for ten minutes', async () => {
    const bench = createBench({ url })
    const references = new MemoryReferences()
    references.setAccount('app', () => 'header.payload.signature')
    const serviceAccountRef = { name: 'app' }
    const kubernetesAuth = { accessID: accessId, k8sConfName: 'prod', serviceAccountRef }

    await bench
      .open({ authSecretRef: { kubernetesAuth } }, references)
      .check({ signal: AbortSignal.timeout(5000), onBehalfOf: { kind: 'SecretStore', name: 'a' } })
    await bench.close()

    expect(bodies).toEqual([
      {
        path: '/auth',
        'access-id': accessId,
        'access-type': 'k8s',
        'k8s-auth-config-name': 'prod',
        'k8s-service-account-token': Buffer.from('header.payload.signature').toString('base64'),
      },
    ])
  })

  test('an access key goes with its id and type, and nothing else', async () => {
    const bench = createBench({ url })

    await bench
      .open()
      .check({ signal: AbortSignal.timeout(5000), onBehalfOf: { kind: 'SecretStore', name: 'a' } })
    await bench.close()

    expect(bodies).toEqual([
      { path: '/auth', 'access-id': accessId, 'access-type': 'access_key', 'access-key': accessKey },
    ])
  })
})
