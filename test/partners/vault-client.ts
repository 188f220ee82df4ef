import { spawn } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { findProgram } from '../cluster/binaries.ts'
import { partnerFolder } from './partner.ts'

/** One call of HashiCorp's client. A login keeps its token for the steps after it. */
export type VaultStep =
  | { readonly health: true }
  | { readonly login: 'approle' | 'kubernetes'; readonly data: object }
  | { readonly write: string; readonly data: object }

/** What the client made of the answer. */
export interface VaultOutcome {
  readonly health?: { readonly initialized: boolean; readonly sealed: boolean; readonly standby: boolean }
  readonly loggedIn?: { readonly leaseSeconds: number; readonly renewable: boolean }
  readonly data?: Readonly<Record<string, unknown>>
  /** The status and messages of an error that the server told. */
  readonly status?: number
  readonly errors?: readonly string[]
  /** Any other error, in the client's words. */
  readonly failure?: string
}

/** Calls a Vault by HashiCorp's own client and gives what came of each step. */
export async function callVault(
  vault: { readonly url: string; readonly caPem: string; readonly namespace?: string },
  steps: readonly VaultStep[],
): Promise<readonly VaultOutcome[]> {
  const directory = partnerFolder('vault-client')
  try {
    const caFile = join(directory, 'ca.crt')
    await writeFile(caFile, vault.caPem)
    const namespace = `--namespace=${vault.namespace ?? ''}`
    const args = [`--address=${vault.url}`, `--ca-file=${caFile}`, namespace]
    return JSON.parse(await run(args, JSON.stringify(steps))) as VaultOutcome[]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function run(args: readonly string[], input: string): Promise<string> {
  const child = spawn(await findProgram('vault-client'), args)
  child.stdin.end(input)
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (output === '') throw new Error(`The client of Vault failed: ${errors}`)
  return output
}
