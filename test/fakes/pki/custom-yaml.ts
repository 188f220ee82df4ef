import { readFileSync } from 'node:fs'

/** The `pki.yaml` of docs/pki/custom.md, for a PKI at a URL whose certificate this CA signed. */
export function customYaml(url: string, caPem: string): string {
  const page = readFileSync('docs/pki/custom.md', 'utf8')
  const [, yaml = ''] = /```yaml\n(# pki\.yaml\n[^`]+)```/.exec(page) ?? []
  return yaml
    .replace(/^baseURL: .*$/m, `baseURL: ${url}\ntimeouts: {connect: 5s, request: 10s}`)
    .replace(/^ {2}caBundleRef: .*$/m, () => `  caBundle: |\n${indented(caPem, 4)}`)
    .replace(/^pollInterval: .*$/m, 'pollInterval: 20ms')
}

/** Every line further in by so many spaces. */
export function indented(text: string, spaces: number): string {
  return text.trimEnd().replace(/^/gm, ' '.repeat(spaces))
}
