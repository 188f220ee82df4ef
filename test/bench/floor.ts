// The floor of a first sync: for each object one Secret, one status and one Event, by a bare undici loop.
import { Pool } from 'undici'
import { eachOf, nameOf } from './load.ts'

interface Facts {
  readonly server: string
  readonly caPem: string
  readonly token: string
  readonly namespace: string
  readonly count: number
  readonly keys: number
}

const facts = JSON.parse(process.argv[2] ?? '') as Facts
const pool = new Pool(facts.server, { connections: 20, connect: { ca: facts.caPem }, allowH2: false })
const base = `/namespaces/${facts.namespace}`
const group = '/apis/external-secrets.io/v1'

await eachOf(facts.count, 20, (index) =>
  send('POST', `${group}${base}/externalsecrets`, externalSecret(index)),
)
const started = performance.now()
await eachOf(facts.count, 20, async (index) => {
  const name = nameOf(index)
  await send('PATCH', `/api/v1${base}/secrets/${name}?fieldManager=floor`, secret(name))
  await send('PATCH', `${group}${base}/externalsecrets/${name}/status?fieldManager=floor`, status(name))
  await send('POST', `/apis/events.k8s.io/v1${base}/events`, event(name))
})
const seconds = Number(((performance.now() - started) / 1000).toFixed(2))
console.log(JSON.stringify({ seconds, requests: facts.count * 3 }))
await pool.close()

async function send(method: 'POST' | 'PATCH', path: string, body: object): Promise<void> {
  const type = method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json'
  const headers = { authorization: `Bearer ${facts.token}`, 'content-type': type }
  const answer = await pool.request({ method, path, headers, body: JSON.stringify(body) })
  const text = await answer.body.text()
  if (answer.statusCode >= 300)
    throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`)
}

function meta(name: string) {
  return { name, namespace: facts.namespace }
}

function externalSecret(index: number): object {
  const spec = { secretStoreRef: { name: 'nobody' }, data: [{ secretKey: 'a', remoteRef: { key: '/a' } }] }
  return { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: meta(nameOf(index)), spec }
}

function secret(name: string): object {
  const value = Buffer.from('a value as long as those').toString('base64')
  const data = Object.fromEntries(Array.from({ length: facts.keys }, (_, key) => [`key-${key}`, value]))
  return { apiVersion: 'v1', kind: 'Secret', metadata: meta(name), data }
}

function status(name: string): object {
  const now = new Date().toISOString().replace(/\.\d+/, '')
  const common = { reason: 'Synced', message: 'Secret is in sync', lastTransitionTime: now, status: 'True' }
  const conditions = [
    { type: 'Ready', ...common },
    { type: 'LastSyncSucceeded', ...common },
  ]
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: meta(name),
    status: { refreshTime: now, conditions },
  }
}

function event(name: string): object {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: meta(`${name}.floor`),
    eventTime: new Date().toISOString().replace('Z', '000Z'),
    reportingController: 'keyferry.io/floor',
    reportingInstance: 'floor',
    action: 'Created',
    reason: 'Synced',
    note: 'Secret is in sync',
    type: 'Normal',
    regarding: { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', ...meta(name) },
  }
}
