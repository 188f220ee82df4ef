import type { UrlRules } from '../../net/server-url.ts'
import { TemplateError } from '../../template/error.ts'
import { SignFailure } from '../sign-failure.ts'
import type { SigningRequest } from '../signer.ts'
import { type CompiledStep, compileStep } from './compiled-step.ts'
import { sampleFacts } from './csr-facts.ts'
import type { Pki } from './schema.ts'
import type { AnyStep } from './schema-step.ts'
import { sources } from './sources.ts'
import { type Data, templateWords } from './template-set.ts'
import { type IssuerFacts, issuerVariables, requestVariables } from './variables.ts'
import { wrong } from './wrong.ts'

/** The steps of a configuration, ready to be run. */
export interface Steps {
  readonly login: CompiledStep | undefined
  readonly submit: CompiledStep
  readonly poll: CompiledStep | undefined
  readonly fetch: CompiledStep | undefined
  readonly health: CompiledStep | undefined
  readonly reset: CompiledStep | undefined
  readonly authorities: CompiledStep | undefined
}

/** Compiles every step. Throws InvalidConfig that names the path. */
export function compileSteps(config: Pki, rules: UrlRules): Steps {
  const { baseURL, idempotency, login, submit, poll, fetch, health, reset, authorities } = config
  const compile = (name: string, step: AnyStep | undefined, method: 'GET' | 'POST') =>
    step && compileStep(name, step, { method, baseURL, rules })
  const key = idempotency && { [idempotency.header]: idempotency.value }
  return {
    login: compile('login', login, 'POST'),
    submit: compileStep(
      'submit',
      { ...submit, headers: { ...submit.headers, ...key } },
      { method: 'POST', baseURL, rules },
    ),
    poll: compile('poll', poll, 'GET'),
    fetch: compile('fetch', fetch, 'GET'),
    health: compile('health', health, 'GET'),
    reset: compile('reset', reset, 'POST'),
    authorities: compile('authorities', authorities, 'GET'),
  }
}

/** Those of some variables that a template of any step may name. */
export function namedIn(steps: Steps, variables: readonly string[]): ReadonlySet<string> {
  const all = Object.values<CompiledStep | undefined>({ ...steps })
  return new Set(variables.filter((it) => all.some((step) => step?.mentions(it))))
}

const sample: SigningRequest = {
  uid: 'sample-uid',
  name: 'sample',
  namespace: 'sample',
  annotations: {},
  csrPem: '',
  durationSeconds: 7_776_000,
  isCA: false,
  usages: ['digital signature'],
  issuer: { kind: 'ExternalIssuer', namespace: 'sample', name: 'sample', uid: 'sample' },
}

/**
 * Tries every step out on a request that nobody made, and sends nothing: templates that cannot be parsed, variables
 * and credentials that are not there are found here. Throws InvalidConfig that names the path.
 */
export async function tryOut(steps: Steps, config: Pki, facts: IssuerFacts): Promise<void> {
  const { login: ownLogin, akeylessLogin } = config
  const token: Data =
    ownLogin === undefined && akeylessLogin === undefined ? new Map() : new Map([['token', 'sample']])
  const given = sources.filter((it) => it.has(config)).map((it) => [it.variable, 'sample'] as const)
  for (const it of sources) if (it.has(config)) it.tryOut?.(config, facts.credentials)
  const issuer: Data = new Map([...issuerVariables(facts, () => 'sample'), ...given])
  const rotating: Data = config.refreshToken === undefined ? new Map() : new Map([['refreshToken', 'sample']])
  const request: Data = new Map([...issuer, ...token, ...requestVariables(sample, sampleFacts, facts, 0)])
  const order: Data = new Map([...request, ['id', 'sample']])
  const { login, submit, poll, fetch, health, reset, authorities } = steps
  const trials: readonly (readonly [CompiledStep | undefined, Data])[] = [
    [login, new Map([...issuer, ...rotating])],
    [health, new Map([...issuer, ...token])],
    [authorities, new Map([...issuer, ...token])],
    [submit, request],
    [poll, order],
    [fetch, order],
    [reset, order],
  ]
  for (const [step, data] of trials) if (step !== undefined) await tryStep(step, data, facts)
}

const ownFaults = /no entry for key|wrong number of args/

async function tryStep(step: CompiledStep, data: Data, { credentials }: IssuerFacts): Promise<void> {
  for (const { key, name } of step.secrets()) {
    if (credentials === undefined) throw wrong([name], `needs key "${key}", but there is no authSecretRef`)
    if (!credentials.has(key))
      throw wrong([name], `needs key "${key}" in the Secret that authSecretRef names`)
  }
  parse(step)
  try {
    await step.render(data, { nowMs: 0, signal: AbortSignal.timeout(10_000) })
  } catch (error) {
    // What a value of the sample brings about says nothing of other requests.
    if (error instanceof SignFailure && error.reason !== 'InvalidConfig') return
    if (!(error instanceof TemplateError)) throw error
    if (ownFaults.test(error.message)) throw notTemplate(error)
  }
}

function parse(step: CompiledStep): void {
  try {
    step.parse()
  } catch (error) {
    throw error instanceof TemplateError ? notTemplate(error) : error
  }
}

function notTemplate(error: TemplateError): SignFailure {
  const { at, why } = templateWords(error)
  return wrong([at], `is not a template that works here: ${why}`)
}
