{{/* The chart's name, or what takes its place. */}}
{{- define "keyferry.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The name of the release's objects. */}}
{{- define "keyferry.fullname" -}}
{{- $name := include "keyferry.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The pod's own ServiceAccount; with split there is none, each half's pod runs as its half. */}}
{{- define "keyferry.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (include "keyferry.fullname" .) -}}
{{- end -}}

{{/* ServiceAccount of the half that syncs Secrets. */}}
{{- define "keyferry.externalSecrets.serviceAccountName" -}}
{{- .Values.externalSecrets.serviceAccount.name | default (printf "%s-external-secrets" (include "keyferry.fullname" .)) -}}
{{- end -}}

{{/* ServiceAccount of the half that signs. */}}
{{- define "keyferry.issuers.serviceAccountName" -}}
{{- .Values.issuers.serviceAccount.name | default (printf "%s-issuer" (include "keyferry.fullname" .)) -}}
{{- end -}}

{{/* The Deployments there are, as a JSON list: manager, or one for each half that is on. */}}
{{- define "keyferry.components" -}}
{{- $components := list -}}
{{- if .Values.split -}}
{{- if .Values.externalSecrets.enabled }}{{ $components = append $components "external-secrets" }}{{ end -}}
{{- if .Values.issuers.enabled }}{{ $components = append $components "issuers" }}{{ end -}}
{{- else -}}
{{- $components = list "manager" -}}
{{- end -}}
{{- toJson $components -}}
{{- end -}}

{{/* ServiceAccount of the pods of a component; takes (dict "root" $ "component" ...). */}}
{{- define "keyferry.podServiceAccountName" -}}
{{- if eq .component "external-secrets" -}}
{{- include "keyferry.externalSecrets.serviceAccountName" .root -}}
{{- else if eq .component "issuers" -}}
{{- include "keyferry.issuers.serviceAccountName" .root -}}
{{- else -}}
{{- include "keyferry.serviceAccountName" .root -}}
{{- end -}}
{{- end -}}

{{/* Name of a component's Deployment; takes (dict "root" $ "component" ...). */}}
{{- define "keyferry.componentName" -}}
{{- $fullname := include "keyferry.fullname" .root -}}
{{- eq .component "manager" | ternary $fullname (printf "%s-%s" $fullname .component) -}}
{{- end -}}

{{/* Name of a component's Lease; takes (dict "root" $ "component" ...). */}}
{{- define "keyferry.leaseName" -}}
{{- $lease := .root.Values.leaderElection.leaseName | default (include "keyferry.fullname" .root) -}}
{{- eq .component "manager" | ternary $lease (printf "%s-%s" $lease .component) -}}
{{- end -}}

{{/* Where cluster issuers find their inputs. */}}
{{- define "keyferry.clusterResourceNamespace" -}}
{{- .Values.clusterResourceNamespace | default .Release.Namespace -}}
{{- end -}}

{{/* Labels of every object; takes (dict "root" $ "component" ...), the component being optional. */}}
{{- define "keyferry.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: keyferry
{{ include "keyferry.selectorLabels" . }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Labels that select pods; takes (dict "root" $ "component" ...), the component being optional. */}}
{{- define "keyferry.selectorLabels" -}}
app.kubernetes.io/name: {{ include "keyferry.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}
