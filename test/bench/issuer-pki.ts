import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A local PKI over HTTPS that answers each order at once, with the whole chain. */
export interface BenchPki extends Disposable {
  readonly url: string
  readonly rootPem: string
  /** How many CSRs came to it so far. */
  submits(): Promise<number>
}

/** What the PKI wants to see; it opens nothing but a server on loopback made for one bench. */
export const pkiToken = 'bench-token'

/** Its `pki.yaml`. */
export function pkiYaml({ url, rootPem }: Pick<BenchPki, 'url' | 'rootPem'>): string {
  const headers = { Authorization: 'Bearer {{ .secrets.token }}' }
  return JSON.stringify({
    baseURL: url,
    tls: { caBundle: rootPem },
    submit: {
      path: '/sign',
      headers,
      body: { csr: '{{ .csr.pem }}', seconds: { $value: 'duration.seconds' } },
      response: { certificate: { path: 'certificate' }, chain: { path: 'chain[*]' } },
    },
    health: { path: '/health', headers },
  })
}

/** Starts the PKI in a process of its own, which takes no time of the one that measures. */
export async function startBenchPki(): Promise<BenchPki> {
  const child = fork(join(import.meta.dirname, 'issuer-pki-process.ts'), [pkiToken])
  const answer = async () => {
    const [message] = (await once(child, 'message')) as [unknown]
    return message
  }
  const { url, rootPem } = (await answer()) as Pick<BenchPki, 'url' | 'rootPem'>
  return {
    url,
    rootPem,
    submits: async () => {
      const counted = answer()
      child.send('submits')
      return Number(await counted)
    },
    [Symbol.dispose]: () => child.disconnect(),
  }
}
