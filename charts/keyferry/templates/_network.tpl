{{/* Selects a component's pods and those of its `helm test`; takes (dict "root" $ "component" ...). */}}
{{- define "keyferry.policySelector" -}}
matchLabels:
  {{- include "keyferry.selectorLabels" (dict "root" .root) | nindent 2 }}
matchExpressions:
  - key: app.kubernetes.io/component
    operator: In
    values: [{{ .component }}, {{ .component }}-check]
{{- end -}}

{{/* Who may reach a component's pods; takes (dict "root" $ "component" ...). Probes come from the node, which is always let in. */}}
{{- define "keyferry.ingress" -}}
{{- $policy := .root.Values.networkPolicy -}}
{{- if .root.Values.metrics.enabled }}
- ports:
    - port: {{ .root.Values.metrics.port }}
  from:
    {{- $policy.metricsFrom | default (list (dict "namespaceSelector" dict)) | toYaml | nindent 4 }}
{{- end }}
{{- if hasKey (include "keyferry.mountedSecrets" . | fromJson) "event-tls" }}
- ports:
    - port: {{ .root.Values.externalSecrets.events.port }}
  {{- with $policy.eventsFrom }}
  from:
    {{- toYaml . | nindent 4 }}
    # One replica hands on to the other what it was told.
    - podSelector:
        matchLabels:
          {{- include "keyferry.selectorLabels" $ | nindent 10 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Whom a component's pods may reach; takes (dict "root" $ "component" ...). */}}
{{- define "keyferry.egress" -}}
{{- $policy := .root.Values.networkPolicy -}}
{{- $cilium := eq $policy.flavor "cilium" -}}
{{- if or $policy.apiServer.cidrs (not $cilium) }}
- ports:
    {{- range $policy.apiServer.ports }}
    - port: {{ . }}
    {{- end }}
  {{- with $policy.apiServer.cidrs }}
  to:
    {{- range . }}
    - ipBlock: {cidr: {{ . | quote }}}
    {{- end }}
  {{- end }}
{{- end }}
{{- if not $cilium }}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
  to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ $policy.dns.namespace }}
      {{- with $policy.dns.podLabels }}
      podSelector:
        matchLabels:
          {{- toYaml . | nindent 10 }}
      {{- end }}
    {{- range $policy.dns.cidrs }}
    - ipBlock: {cidr: {{ . | quote }}}
    {{- end }}
{{- end }}
{{- $servers := include "keyferry.servers" . | fromJson }}
{{- range $servers.list }}
{{- if not .host }}
- ports:
    - port: {{ .port }}
  to:
    {{- if .cidr }}
    - ipBlock: {cidr: {{ .cidr | quote }}}
    {{- else }}
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ .namespace }}
      {{- with .podLabels }}
      podSelector:
        matchLabels:
          {{- toYaml . | nindent 10 }}
      {{- end }}
    {{- end }}
{{- end }}
{{- end }}
{{- if $servers.open }}
# Not all servers are named: {{ join ", " $servers.open }}.
- ports:
    - port: 443
{{- end }}
{{- if hasKey (include "keyferry.mountedSecrets" . | fromJson) "event-tls" }}
- ports:
    - port: {{ .root.Values.externalSecrets.events.port }}
  to:
    - podSelector:
        matchLabels:
          {{- include "keyferry.selectorLabels" . | nindent 10 }}
{{- end }}
{{- if and .root.Values.externalSecrets.allowAmbientCloudIdentity (include "keyferry.runs" (dict "root" .root "component" .component "half" "externalSecrets")) }}
# The metadata service that gives cloud identities.
- ports:
    - port: 80
  to:
    - ipBlock: {cidr: 169.254.169.254/32}
{{- end }}
{{- with $policy.extraEgress }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/*
The Gateways, PKIs and proxies of a component, as JSON: the `list` of them, and in `open` the values that should name
some and do not. Takes (dict "root" $ "component" ...).
*/}}
{{- define "keyferry.servers" -}}
{{- $policy := .root.Values.networkPolicy -}}
{{- $servers := $policy.proxies | default list -}}
{{- $open := list -}}
{{- range $half, $value := dict "externalSecrets" "gateways" "issuers" "pkis" -}}
{{- if include "keyferry.runs" (dict "root" $.root "component" $.component "half" $half) -}}
{{- $named := index $policy $value | default list -}}
{{- $servers = concat $servers $named -}}
{{- if not (or $named $policy.proxies) }}{{ $open = append $open (printf "networkPolicy.%s" $value) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- dict "list" $servers "open" $open | toJson -}}
{{- end -}}
