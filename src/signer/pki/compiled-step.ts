import { parseServerUrl, type ServerUrl, type UrlRules } from '../../net/server-url.ts'
import { Failure } from '../../std/failure.ts'
import { compilePath } from './path-template.ts'
import { escaped, escapeOf } from './raw-body.ts'
import { compileAnyBody, compileHeaders, compileQuery, unfit } from './request-parts.ts'
import type { AnyStep, RawBody } from './schema-step.ts'
import { type Data, type Rendered, type RenderSettings, TemplateSet } from './template-set.ts'
import { wrong } from './wrong.ts'

type Method = NonNullable<AnyStep['method']>

/** What goes over the wire. */
export interface HttpRequest {
  readonly method: Method
  readonly origin: string
  /** With the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
}

/** A step whose templates are parsed and whose server is judged. */
export interface CompiledStep {
  readonly name: string
  readonly server: ServerUrl
  /** True when the server is that of baseURL. */
  readonly isBase: boolean
  mentions(variable: string): boolean
  secrets(): readonly { readonly key: string; readonly name: string }[]
  /** Throws TemplateError for a text that is no template. */
  parse(): void
  /** Throws TemplateError, and SignFailure `Refused` where a value does not fit its place. */
  render(data: Data, settings: RenderSettings): Promise<HttpRequest>
}

export interface CompileOptions {
  /** Where the step says none. */
  readonly method: Method
  readonly baseURL: string
  readonly rules: UrlRules
}

const mostBodyBytes = 1024 * 1024

/** Makes a step ready. Throws InvalidConfig that names the path in `pki.yaml`. */
export function compileStep(name: string, step: AnyStep, options: CompileOptions): CompiledStep {
  const set = new TemplateSet()
  const raw = new TemplateSet()
  const { server, rest } = serverOf(name, step, options)
  const path = compilePath(`${name}.${step.url === undefined ? 'path' : 'url'}`, rest, set)
  const query = compileQuery(`${name}.query`, step.query, set)
  const headers = compileHeaders(`${name}.headers`, step.headers, set)
  const body = compileAnyBody(name, step, set, raw)
  const { method = options.method } = step
  const bodyText = JSON.stringify(step.body ?? '')
  return {
    name,
    server,
    isBase: step.url === undefined,
    mentions: (variable) => set.mentions(variable) || raw.mentions(variable) || bodyText.includes(variable),
    secrets: () => [...set.secrets(), ...raw.secrets()],
    parse() {
      set.parse()
      raw.parse()
    },
    async render(data, settings) {
      const rendered = await set.render(data, settings)
      const { type, bytes } = body(rendered, await rawRendered(step.rawBody, raw, data, settings))
      if (bytes !== undefined && bytes.length > mostBodyBytes) throw unfit(`${name}.body`, 'is over 1 MiB')
      const target = `${server.path}${path(rendered)}${query(rendered)}`
      const all = { ...(type !== undefined && { 'content-type': type }), ...headers(rendered) }
      return { method, origin: server.origin, path: target === '' ? '/' : target, headers: all, body: bytes }
    },
  }
}

const host = /^(https?:\/\/[^/{}?#\\\s]+)(\/.*)?$/is

/** The server of a step and the template of the path there. Its scheme and host are taken before any value is known. */
function serverOf(name: string, { url, path = '' }: AnyStep, { baseURL, rules }: CompileOptions) {
  const field = url === undefined ? 'baseURL' : `${name}.url`
  const [, origin = '', rest = ''] = host.exec(url ?? '') ?? []
  if (url !== undefined && origin === '') throw wrong([field], 'has no fixed scheme and host before its path')
  const words = {
    path: `pki.yaml: ${field}`,
    server: 'PKI',
    instead: 'the address of the PKI',
    hostsFlag: '--allowed-pki-hosts',
  }
  try {
    const server = parseServerUrl(url === undefined ? baseURL : origin, { rules, words })
    return { server, rest: url === undefined ? path : rest }
  } catch (error) {
    if (error instanceof Failure) throw wrong([field], `cannot be used: ${withoutHead(error.message)}`)
    throw error
  }
}

async function rawRendered(
  rawBody: RawBody | undefined,
  set: TemplateSet,
  data: Data,
  settings: RenderSettings,
): Promise<Rendered> {
  if (rawBody === undefined) return { texts: [], data }
  return set.render(escaped(data, escapeOf(rawBody)), settings)
}

/** The words after `Cannot use PATH: `. */
function withoutHead(message: string): string {
  return message.replace(/^Cannot use pki\.yaml: [^:]+: /, '')
}
