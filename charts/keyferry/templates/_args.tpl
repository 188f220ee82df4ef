{{/* What the manager is told; `keyferry check` is told the same. Takes (dict "root" $ "component" ...). */}}
{{- define "keyferry.args" -}}
{{ include "keyferry.scopeArgs" . }}
{{ include "keyferry.runArgs" . }}
{{- with .root.Values.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Which halves run, as whom, where, by which Lease, for whom; takes (dict "root" $ "component" ...). */}}
{{- define "keyferry.scopeArgs" -}}
{{- $values := .root.Values -}}
{{- $secrets := include "keyferry.runs" (dict "root" .root "component" .component "half" "externalSecrets") -}}
{{- $issuers := include "keyferry.runs" (dict "root" .root "component" .component "half" "issuers") -}}
- --controllers={{ list (and $secrets "external-secrets") (and $issuers "issuers") | compact | join "," }}
{{- if eq .component "manager" }}
{{- if $secrets }}
- --external-secrets-service-account={{ .root.Release.Namespace }}/{{ include "keyferry.externalSecrets.serviceAccountName" .root }}
{{- end }}
{{- if $issuers }}
- --issuer-service-account={{ .root.Release.Namespace }}/{{ include "keyferry.issuers.serviceAccountName" .root }}
{{- end }}
{{- end }}
- --leader-election-id={{ include "keyferry.leaseName" . }}
{{- range $values.scopedNamespaces }}
- --namespace={{ . }}
{{- end }}
{{- if and $issuers (not $values.scopedNamespaces) }}
- --cluster-resource-namespace={{ include "keyferry.clusterResourceNamespace" .root }}
{{- end }}
{{- if $secrets }}
- --controller-class={{ $values.externalSecrets.controllerClass }}
{{- with $values.externalSecrets.allowedGatewayHosts }}
- --allowed-gateway-hosts={{ join "," . }}
{{- end }}
{{- if $values.externalSecrets.allowAmbientCloudIdentity }}
- --allow-ambient-cloud-identity
{{- end }}
{{- end }}
{{- if $issuers }}
{{- with $values.issuers.allowedPkiHosts }}
- --allowed-pki-hosts={{ join "," . }}
{{- end }}
{{- if $values.issuers.kubernetesCSR }}
- --enable-kubernetes-csr
{{- end }}
{{- end }}
{{- end -}}

{{/* How it runs; takes (dict "root" $ "component" ...). */}}
{{- define "keyferry.runArgs" -}}
{{- $values := .root.Values -}}
- --leader-elect
- --health-probe-bind-address=:{{ $values.probes.port }}
- --metrics-bind-address={{ $values.metrics.enabled | ternary (printf ":%v" $values.metrics.port) "0" }}
{{- if and $values.metrics.enabled $values.metrics.secure.enabled }}
- --metrics-secure
{{- if $values.metrics.secure.tlsSecretName }}
- --metrics-tls-cert-file=/etc/keyferry/metrics-tls/tls.crt
- --metrics-tls-key-file=/etc/keyferry/metrics-tls/tls.key
{{- end }}
{{- end }}
- --log-level={{ $values.log.level }}
{{- if include "keyferry.runs" (dict "root" .root "component" .component "half" "externalSecrets") }}
- --concurrent={{ $values.externalSecrets.concurrent }}
- --store-requeue-interval={{ $values.externalSecrets.storeRequeueInterval }}
{{- with $values.externalSecrets.staleAfter }}
- --stale-after={{ . }}
{{- end }}
{{- if $values.externalSecrets.rolloutRestart }}
- --enable-rollout-restart
{{- end }}
{{- include "keyferry.eventArgs" .root }}
{{- end }}
{{- if include "keyferry.runs" (dict "root" .root "component" .component "half" "issuers") }}
- --issuer-check-interval={{ $values.issuers.checkInterval }}
{{- end }}
{{- end -}}

{{/* Where webhooks of Akeyless's event forwarder are taken. */}}
{{- define "keyferry.eventArgs" -}}
{{- with .Values.externalSecrets.events }}
{{- if .enabled }}
- --event-listen-address=:{{ .port }}
- --event-tls-cert-file=/etc/keyferry/event-tls/tls.crt
- --event-tls-key-file=/etc/keyferry/event-tls/tls.key
{{- if .tokenSecretName }}
- --event-token-file=/etc/keyferry/event-token/token
{{- end }}
{{- if .clientCASecretName }}
- --event-client-ca-file=/etc/keyferry/event-client-ca/ca.crt
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
