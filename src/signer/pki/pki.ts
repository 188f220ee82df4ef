import type { MayGo } from '../../net/gated.ts'
import { LargeBodies } from '../../net/large-bodies.ts'
import type { Resolve } from '../../net/resolve.ts'
import type { UrlRules } from '../../net/server-url.ts'
import type { Clock } from '../../std/clock.ts'
import type { OpenAkeylessLogin } from '../akeyless-login.ts'
import { presets } from '../presets/presets.ts'
import type { OpenSignerOptions, Signer, SignerType } from '../signer.ts'
import { Access } from './access.ts'
import { akeylessTokens } from './akeyless-tokens.ts'
import { Connections } from './connections.ts'
import { loadConfig } from './load-config.ts'
import { PkiSigner } from './pki-signer.ts'
import { RefreshToken } from './refresh-token.ts'
import type { Pki } from './schema.ts'
import { StepRunner } from './step-runner.ts'
import { compileSteps, namedIn, tryOut } from './steps.ts'
import { issuerVariables } from './variables.ts'
import { configKey, wrong } from './wrong.ts'

export interface PkiSignerTypeOptions {
  /** Where PKIs may be (`--allowed-pki-hosts`, `--insecure-local-endpoints`). */
  readonly rules: UrlRules
  readonly clock: Clock
  /** Bytes that nobody can foretell. */
  readonly random: (bytes: number) => Uint8Array
  readonly resolve?: Resolve | undefined
  /** Whether this process may still act, asked before each call to a PKI; what it throws keeps the call back. */
  readonly mayGo?: MayGo | undefined
  /** The ways in to Akeyless, which another room knows. */
  readonly openAkeylessLogin: OpenAkeylessLogin
}

/** The signer type `pki`: a PKI with an HTTP API, by a preset or by steps of one's own. */
export function createPkiSigner(options: PkiSignerTypeOptions): SignerType {
  const bodies = new LargeBodies()
  return { name: 'pki', open: (opening) => open(opening, options, bodies) }
}

async function open(
  opening: OpenSignerOptions,
  options: PkiSignerTypeOptions,
  bodies: LargeBodies,
): Promise<Signer> {
  const { config: data, issuer, credentials, ports, log } = opening
  const { rules, clock, random, resolve, mayGo } = options
  const text = data?.get(configKey)
  if (text === undefined) throw wrong([], 'is missing: the ConfigMap that configRef names has no such key')
  const config = loadConfig(text, { issuer, presets })
  const steps = compileSteps(config, rules)
  const facts = {
    issuer,
    credentials,
    usageMaps: config.usageMaps,
    named: namedIn(steps, ['random', 'requestSecret']),
  }
  await tryOut(steps, config, facts)
  const connections = new Connections({ rules, resolve, mayGo, ports, ...limitsOf(config) })
  const runner = new StepRunner({ config, connections, ports, bodies, clock })
  const variables = () => issuerVariables(facts, () => Buffer.from(random(24)).toString('base64url'))
  const refresh = config.refreshToken && new RefreshToken(config.refreshToken, ports)
  const tokens = akeylessTokens(config, opening, options)
  const access = new Access({ config, steps, runner, clock, log, variables, refresh, tokens })
  return new PkiSigner({ config, steps, facts, access, connections, nowMs: () => clock.now(), variables })
}

function limitsOf({ maxConcurrentCalls, timeouts }: Pki) {
  return { connections: maxConcurrentCalls, connectTimeoutMs: timeouts.connect }
}
