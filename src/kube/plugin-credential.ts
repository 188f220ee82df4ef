import type { Redacted } from '../std/redacted.ts'

/** What an exec plugin or an OIDC provider gave. */
export interface PluginCredential {
  readonly authorization: Redacted | undefined
  readonly cert?: string | undefined
  readonly key?: Redacted | undefined
}
