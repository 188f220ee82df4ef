import { indented } from './custom-yaml.ts'

/** Where a PKI is, and the CA that it is trusted by. */
interface Place {
  readonly url: string
  readonly authority: { readonly rootPem: string }
}

/** The `pki.yaml` of a preset for a stand-in, quick enough for tests; `more` stands at its top level. */
export function presetYaml(
  { url, authority }: Place,
  preset: string,
  settings: object,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const lines = Object.entries(more).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
  const base = 'baseURL' in more ? [] : [`baseURL: ${url}`]
  const tls = 'tls' in more ? [] : ['tls:', '  caBundle: |', indented(authority.rootPem, 4)]
  return [
    `preset: ${preset}`,
    ...base,
    `settings: ${JSON.stringify(settings)}`,
    'timeouts: {connect: 10s, request: 10s}',
    'pollInterval: 20ms',
    ...lines,
    ...tls,
    '',
  ].join('\n')
}
