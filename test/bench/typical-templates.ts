import type { Case } from '../template/case.ts'

type Maker = (index: number, pem: string) => { readonly template: string; readonly data: Case['data'] }

const dockerConfig: Maker = (index) => ({
  template:
    '{"auths":{"{{ .registry }}":{"username":"{{ .user }}","password":{{ .password | toJson }},' +
    '"auth":"{{ printf "%s:%s" .user .password | b64enc }}"}}}',
  data: { registry: `registry-${index}.test`, user: `robot$${index}`, password: `p"ss<${index}>&` },
})

const connectionString: Maker = (index) => ({
  template:
    'postgres://{{ .user | urlquery }}:{{ .password | urlquery }}@{{ .host }}:{{ .port | default "5432" }}/{{ .database }}' +
    '{{ if eq .tls "true" }}?sslmode=verify-full{{ end }}',
  data: {
    user: 'app',
    password: `s#cr/t ${index}`,
    host: 'db.test',
    port: index % 2 ? '' : '6432',
    database: `d${index}`,
    tls: 'true',
  },
})

const fromJson: Maker = (index) => ({
  template:
    '{{- $config := .config | fromJson -}}\n{{ range $key, $value := $config.env }}export {{ $key | upper }}={{ $value | quote }}\n{{ end }}' +
    '{{ range $config.hosts }}{{ .name }}:{{ .port | int }} {{ end }}',
  data: {
    config: JSON.stringify({
      env: { mode: 'live', level: 'debug', index: String(index) },
      hosts: [1, 2, 3].map((it) => ({ name: `host-${it}`, port: 8000 + it })),
    }),
  },
})

const toJson: Maker = (index) => ({
  template: '{{ dict "user" .user "password" .password "tags" (list "a" "b" .index) | toPrettyJson }}',
  data: { user: 'app', password: 'é"\\', index: String(index) },
})

const tlsKey: Maker = (index, pem) => ({
  template:
    '{{ .bundle | filterPEM "CERTIFICATE" }}{{ if hasPrefix "tls" .name }}{{ .bundle | filterPEM "PRIVATE KEY" }}{{ end }}',
  data: { bundle: pem, name: `tls-${index}` },
})

const label: Maker = (index) => ({
  template:
    '{{ .team | lower | replace " " "-" | trunc 63 | trimSuffix "-" }}-{{ .index | sha256sum | trunc 8 }}',
  data: { team: `Platform Team ${index}`, index: String(index) },
})

const configFile: Maker = (index) => ({
  template: [
    '# made by {{ .owner }}',
    'server:',
    '  password: {{ .password | squote }}',
    '{{- with .extra }}',
    '  extra: |{{ . | nindent 4 }}',
    '{{- end }}',
    '{{- range $i, $host := splitList "," .hosts }}',
    '  {{ $i }}: {{ $host | trim }}{{ if not (contains ":" $host) }}:443{{ end }}',
    '{{- else }}',
    '  none: true',
    '{{- end }}',
  ].join('\n'),
  data: {
    owner: 'keyferry',
    password: `it's ${index}`,
    extra: 'one\ntwo\nthree',
    hosts: 'a.test, b.test:8443,c.test',
  },
})

const plain: Maker = (index) => ({ template: '{{ .password }}', data: { password: `value ${index}` } })

const makers = [dockerConfig, connectionString, fromJson, toJson, tlsKey, label, configFile, plain]

/** Templates as people write them, each with a text of its own. */
export function typicalCases(count: number, pem: string): readonly Case[] {
  return Array.from({ length: count }, (_, index) => {
    const made = makers[index % makers.length]?.(index, pem) ?? plain(index, pem)
    return { ...made, name: `case ${index}`, template: `${made.template}{{/* ${index} */}}` }
  })
}
