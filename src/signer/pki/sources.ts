import type { Redacted } from '../../std/redacted.ts'
import type { Input } from '../../template/render-options.ts'
import type { SignerPorts } from '../signer.ts'
import type { Pki } from './schema.ts'
import { readStepKey, stepToken } from './step-token.ts'
import type { Data } from './template-set.ts'

export interface SourceContext {
  readonly config: Pki
  readonly ports: SignerPorts
  /** The other variables of the call. */
  readonly data: Data
  readonly nowMs: number
  readonly signal: AbortSignal
}

/** A variable that is made anew for each call, and only for a step whose templates name it. */
export interface Source {
  readonly variable: string
  /** Whether the configuration gives it. */
  has(config: Pki): boolean
  /** Throws InvalidConfig where the credentials could never make it. */
  tryOut?(config: Pki, credentials: ReadonlyMap<string, Redacted<Uint8Array>> | undefined): void
  make(context: SourceContext): Promise<Input> | Input
}

/** All there are; `.token` is not one, for it is kept. */
export const sources: readonly Source[] = [
  {
    variable: 'serviceAccountToken',
    has: ({ serviceAccount }) => serviceAccount !== undefined,
    async make({ config: { serviceAccount }, ports, signal }) {
      if (serviceAccount === undefined) return ''
      const { name, audiences, expiration } = serviceAccount
      const ref = { name, audiences, expirationSeconds: Math.round(expiration / 1000) }
      return (await ports.serviceAccountToken(ref, 'pki.yaml: serviceAccount', signal)).reveal()
    },
  },
  {
    variable: 'stepToken',
    has: (config) => config.stepToken !== undefined,
    tryOut(config, credentials) {
      const bytes = (name: string) => credentials?.get(name)?.reveal()
      if (config.stepToken !== undefined) readStepKey(config.stepToken, bytes)
    },
    make: ({ config, data, nowMs }) =>
      config.stepToken === undefined ? '' : stepToken(config.stepToken, data, nowMs),
  },
]
