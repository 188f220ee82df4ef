{{/* The chart's name, or what takes its place. */}}
{{- define "keyferry.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The name of the release's objects: a release may have dots in its name, and a Service may not. */}}
{{- define "keyferry.fullname" -}}
{{- $name := include "keyferry.name" . -}}
{{- $whole := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- .Values.fullnameOverride | default $whole | replace "." "-" | trunc 40 | trimSuffix "-" -}}
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

{{/* Labels of every object; takes (dict "root" $ "component" ...), the component being optional. Ours win over commonLabels. */}}
{{- define "keyferry.labels" -}}
{{- $labels := include "keyferry.selectorLabels" . | fromYaml -}}
{{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") -}}
{{- $_ := set $labels "app.kubernetes.io/version" (toString .root.Chart.AppVersion) -}}
{{- $_ := set $labels "app.kubernetes.io/managed-by" .root.Release.Service -}}
{{- $_ := set $labels "app.kubernetes.io/part-of" "keyferry" -}}
{{- merge $labels (.root.Values.commonLabels | default dict) | toYaml -}}
{{- end -}}

{{/* Labels that select pods; takes (dict "root" $ "component" ...), the component being optional. */}}
{{- define "keyferry.selectorLabels" -}}
app.kubernetes.io/name: {{ include "keyferry.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{/* The annotations of an object: its own and those of every object; takes (dict "root" $ "annotations" ...), the latter being optional. */}}
{{- define "keyferry.annotations" -}}
{{- with merge (dict) (.annotations | default dict) (.root.Values.commonAnnotations | default dict) -}}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{/* The image: by digest where there is one. */}}
{{- define "keyferry.image" -}}
{{- with .Values.image -}}
{{- $name := .registry | empty | ternary .repository (printf "%s/%s" (.registry | default "" | trimSuffix "/") .repository) -}}
{{- .digest | empty | ternary (printf "%s:%s" $name (.tag | default $.Chart.AppVersion)) (printf "%s@%s" $name .digest) -}}
{{- end -}}
{{- end -}}

{{/* Whether a half runs in a component: "true" or nothing; takes (dict "root" $ "component" ... "half" "externalSecrets" or "issuers"). */}}
{{- define "keyferry.runs" -}}
{{- $names := dict "externalSecrets" "external-secrets" "issuers" "issuers" -}}
{{- if and (index .root.Values .half).enabled (has .component (list "manager" "test" (index $names .half))) }}true{{ end -}}
{{- end -}}

{{/* The ServiceAccounts that we work as, as a JSON list. */}}
{{- define "keyferry.serviceAccountNames" -}}
{{- $names := .Values.split | ternary list (list (include "keyferry.serviceAccountName" .)) -}}
{{- if .Values.externalSecrets.enabled }}{{ $names = append $names (include "keyferry.externalSecrets.serviceAccountName" .) }}{{ end -}}
{{- if .Values.issuers.enabled }}{{ $names = append $names (include "keyferry.issuers.serviceAccountName" .) }}{{ end -}}
{{- toJson $names -}}
{{- end -}}

{{/*
Metadata of an object in the release's namespace. Takes (dict "root" $ "name" ...) and, where there are some, "component",
"labels", "annotations", "namespace" for an object in another one, and "cluster" for an object outside namespaces.
*/}}
{{- define "keyferry.metadata" -}}
name: {{ .name }}
{{- if not .cluster }}
namespace: {{ .namespace | default .root.Release.Namespace }}
{{- end }}
labels:
  {{- merge (dict) (.labels | default dict) (include "keyferry.labels" . | fromYaml) | toYaml | nindent 2 }}
{{- with include "keyferry.annotations" . }}
{{ . }}
{{- end }}
{{- end -}}
