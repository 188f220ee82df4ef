{{/* The Secrets that a component mounts, as a JSON map of the mount's name to the Secret's; takes (dict "root" $ "component" ...). */}}
{{- define "keyferry.mountedSecrets" -}}
{{- $secrets := dict -}}
{{- $metrics := .root.Values.metrics -}}
{{- if and $metrics.enabled $metrics.secure.enabled $metrics.secure.tlsSecretName -}}
{{- $_ := set $secrets "metrics-tls" $metrics.secure.tlsSecretName -}}
{{- end -}}
{{- $events := .root.Values.externalSecrets.events -}}
{{- if and $events.enabled (include "keyferry.runs" (dict "root" .root "component" .component "half" "externalSecrets")) -}}
{{- $_ := set $secrets "event-tls" $events.tlsSecretName -}}
{{- with $events.tokenSecretName }}{{ $_ := set $secrets "event-token" . }}{{ end -}}
{{- with $events.clientCASecretName }}{{ $_ := set $secrets "event-client-ca" . }}{{ end -}}
{{- end -}}
{{- toJson $secrets -}}
{{- end -}}

{{/* Volumes of a component's pods, or nothing; takes (dict "root" $ "component" ...). */}}
{{- define "keyferry.volumes" -}}
{{- range $name, $secret := include "keyferry.mountedSecrets" . | fromJson }}
- name: {{ $name }}
  secret:
    secretName: {{ $secret }}
    # 0440, which the group of podSecurityContext.fsGroup reads.
    defaultMode: 288
{{- end }}
{{- with .root.Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Mounts of a component's container, or nothing; takes (dict "root" $ "component" ...). */}}
{{- define "keyferry.volumeMounts" -}}
{{- range $name, $secret := include "keyferry.mountedSecrets" . | fromJson }}
- name: {{ $name }}
  mountPath: /etc/keyferry/{{ $name }}
  readOnly: true
{{- end }}
{{- with .root.Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}
