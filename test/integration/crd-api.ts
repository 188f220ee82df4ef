import { Agent, request } from 'undici'
import { sharedCluster } from '../cluster/shared.ts'

/** An answer of the API server as it came. */
export interface Answer {
  readonly status: number
  readonly warning: string | undefined
  readonly body: Record<string, unknown>
}

/** Bare requests to the shared API server: none of our own client stands between the test and what the server says. */
export interface Api extends AsyncDisposable {
  send(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<Answer>
}

/** As the administrator of the shared cluster. */
export function bareApi(): Api {
  const { server, caPem, adminToken } = sharedCluster()
  const dispatcher = new Agent({ connect: { ca: caPem } })
  const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' }
  return {
    async send(method, path, body) {
      const payload = body === undefined ? null : JSON.stringify(body)
      const answer = await request(`${server}${path}`, { dispatcher, method, headers, body: payload })
      const warning = answer.headers['warning']
      return {
        status: answer.statusCode,
        warning: Array.isArray(warning) ? warning.join() : warning,
        body: (await answer.body.json()) as Record<string, unknown>,
      }
    },
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  }
}

const attempts = 10

/** Reads an object and puts it back changed; once more when a manager of another test wrote its status in between. */
export async function replace(
  api: Api,
  path: string,
  change: (object: Record<string, unknown>) => object,
  subresource = '',
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const { body } = await api.send('GET', path)
    const answer = await api.send('PUT', `${path}${subresource}`, change(body))
    if (answer.status !== 409 || attempt === attempts) return answer
  }
}

const group = '/apis/external-secrets.io'

/** Where the objects of a namespace lie; those of the cluster without one. */
export function pathOf(plural: string, namespace?: string, version = 'v1'): string {
  return namespace === undefined
    ? `${group}/${version}/${plural}`
    : `${group}/${version}/namespaces/${namespace}/${plural}`
}

/** The same path, for a create that is checked in full and not kept. */
export function dryRun(path: string): string {
  return `${path}?dryRun=All`
}

/** The namespace comes from the path that it is sent to. */
export function externalSecret(name: string, spec: object, version = 'v1') {
  return { apiVersion: `external-secrets.io/${version}`, kind: 'ExternalSecret', metadata: { name }, spec }
}

/** Every manager of the cluster sees one that is kept: its spec should then name another controller. */
export function clusterSecretStore(name: string, spec: object) {
  return { apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', metadata: { name }, spec }
}

/** A spec that every rule lets through. */
export const goodSpec = {
  secretStoreRef: { name: 'akeyless', kind: 'SecretStore' },
  data: [{ secretKey: 'a', remoteRef: { key: 'x' } }],
}

/** A past moment as metav1.Time writes it. */
export function secondsAgo(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+/, '')
}
