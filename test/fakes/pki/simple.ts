import { PkiAuthority } from './authority.ts'
import { indented } from './custom-yaml.ts'
import type { PkiAnswer, PkiRequest } from './handle.ts'
import { type OpenedSigner, type OpenOptions, openPki } from './open-signer.ts'
import { type PkiServer, startPkiServer } from './server.ts'

/** A PKI that answers what a test wants, and a certificate to answer with. */
export interface SimplePki extends AsyncDisposable {
  readonly server: PkiServer
  /** Answers by path; a list is used up to its last. */
  answer(path: string, ...answers: readonly (PkiAnswer | ((request: PkiRequest) => PkiAnswer))[]): void
  /** The requests to a path. */
  at(path: string): readonly PkiRequest[]
  readonly certificatePem: string
  readonly certificateDer: Uint8Array
  /** Opens a signer whose steps are these, under this server and its CA. */
  open(steps: string, more?: Partial<OpenOptions>): Promise<OpenedSigner>
}

/** Starts it; what no test has an answer for is 404. */
export async function startSimplePki(): Promise<SimplePki> {
  const authority = await PkiAuthority.make()
  const answers = new Map<string, (PkiAnswer | ((request: PkiRequest) => PkiAnswer))[]>()
  const opened: OpenedSigner[] = []
  const handle = (request: PkiRequest): PkiAnswer => {
    const list = answers.get(request.path)
    const next = list !== undefined && list.length > 1 ? list.shift() : list?.[0]
    if (next === undefined) return { status: 404, body: {} }
    return typeof next === 'function' ? next(request) : next
  }
  const server = await startPkiServer({ authority, handle, clientCertificate: 'asked' })
  const { certificatePem } = await authority.serving()
  return {
    server,
    certificatePem,
    certificateDer: derOf(certificatePem),
    answer: (path, ...given) => void answers.set(path, [...given]),
    at: (path) => server.seen.filter((it) => it.path === path),
    async open(steps, more = {}) {
      const ca = `tls:\n  caBundle: |\n${indented(authority.rootPem, 4)}\n`
      const tls = /^tls:/m.test(steps) ? '' : ca
      const base = /^baseURL:/m.test(steps) ? '' : `baseURL: ${server.url}\n`
      const one = await openPki({ yaml: `${base}${tls}${steps}`, ...more })
      opened.push(one)
      return one
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((it) => it.signer.close()))
      await server.down()
    },
  }
}

function derOf(certificatePem: string): Uint8Array {
  return new Uint8Array(Buffer.from(certificatePem.replace(/-----[^-]+-----/g, ''), 'base64'))
}
