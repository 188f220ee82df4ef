import { expect, test } from 'vitest'
import { rulesTemplate } from './rules-template.ts'

const { text } = rulesTemplate()

function definition(name: string): string {
  const [, body = ''] =
    new RegExp(`define "keyferry\\.rules\\.${name}" }}\\n([\\s\\S]*?)\\n{{- end }}\\n\\n`).exec(
      `${text}\n`,
    ) ?? []
  return body
}

test('rulesTemplate() lets the caller name the Lease, but not for create, which knows no name', () => {
  expect(definition('leader-election').split('\n')).toEqual([
    '- apiGroups: ["coordination.k8s.io"]',
    '  resources: ["leases"]',
    '  verbs: ["create"]',
    '- apiGroups: ["coordination.k8s.io"]',
    '  resources: ["leases"]',
    '  resourceNames: {{ toJson .names }}',
    '  verbs: ["get","patch"]',
  ])
})

test('rulesTemplate() narrows the right to tokens where names are given', () => {
  expect(definition('external-secrets-tokens').split('\n')).toEqual([
    '- apiGroups: [""]',
    '  resources: ["serviceaccounts/token"]',
    '{{- with .names }}',
    '  resourceNames: {{ toJson . }}',
    '{{- end }}',
    '  verbs: ["create"]',
  ])
})

test.each(['external-secrets', 'issuer'])(
  'rulesTemplate() leaves out of a scoped %s what no Role can grant',
  (name) => {
    const scoped = definition(name).replaceAll(/{{- if not \.scoped }}\n[\s\S]*?{{- end }}/g, '')

    expect(definition(name)).toMatch(/namespaces|external-?cluster/)
    expect(scoped).not.toMatch(/namespaces|cluster|customresource|tokenreviews/)
  },
)
