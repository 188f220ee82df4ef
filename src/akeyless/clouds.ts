import { readFile } from 'node:fs/promises'
import { failure } from '../api/reason.ts'
import type { Clock } from '../std/clock.ts'
import { Redacted } from '../std/redacted.ts'
import { stsOrigin } from './aws-region.ts'
import type { AwsKeys } from './aws-signature.ts'
import { type AzureCloud, entraOrigin } from './azure-cloud.ts'
import { CloudHttp } from './cloud-http.ts'
import { CloudTokens } from './cloud-tokens.ts'

/** Where the clouds answer. No manifest can change any of it: regions and clouds choose among what is written here. */
export interface CloudAddresses {
  readonly sts: (region: string | undefined) => string
  readonly entra: (cloud: AzureCloud) => string
  /** 169.254.169.254 in all three clouds. */
  readonly awsMetadata: string
  readonly azureMetadata: string
  readonly gcpMetadata: string
}

const metadataOrigin = 'http://169.254.169.254'

const documented: CloudAddresses = {
  sts: stsOrigin,
  entra: entraOrigin,
  awsMetadata: metadataOrigin,
  azureMetadata: metadataOrigin,
  gcpMetadata: metadataOrigin,
}

export interface CloudOptions {
  /** Stand-ins instead of the clouds; for tests. */
  readonly addresses?: Partial<CloudAddresses>
  /** Their CA; for tests. */
  readonly caPem?: string
  /** What the platform told Keyferry's own pod of its cloud identity, for ambient logins. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** What the ways in through a cloud share: addresses, connections, tokens that are still good, the pod's own facts. */
export class Clouds {
  readonly addresses: CloudAddresses
  readonly env: Readonly<Record<string, string | undefined>>
  readonly http: CloudHttp
  readonly clock: Clock
  /** Tokens of Entra, managed identities and Google. */
  readonly tokens: CloudTokens<string>
  /** Temporary keys of AWS roles. */
  readonly awsKeys: CloudTokens<AwsKeys>

  constructor({ addresses, caPem, env = {} }: CloudOptions, clock: Clock) {
    this.addresses = { ...documented, ...addresses }
    this.env = env
    this.http = new CloudHttp({ caPem })
    this.clock = clock
    this.tokens = new CloudTokens(clock)
    this.awsKeys = new CloudTokens(clock)
  }

  /** A variable of the pod's environment; undefined when it is absent or empty. */
  variable(name: string): string | undefined {
    const value = this.env[name]?.trim()
    return value === '' ? undefined : value
  }

  /** The file that a variable of the pod names, such as a projected web identity token; throws AuthFailed. */
  async projectedFile(variable: string, signal: AbortSignal): Promise<Redacted> {
    try {
      const text = await readFile(this.variable(variable) ?? '', { encoding: 'utf8', signal })
      return new Redacted(text.trim())
    } catch {
      signal.throwIfAborted()
      const next = 'mount it into the pod of Keyferry, or unset the variable'
      throw failure('AuthFailed', `Cannot read the file that ${variable} names; ${next}`)
    }
  }

  close(): Promise<void> {
    return this.http.close()
  }
}
