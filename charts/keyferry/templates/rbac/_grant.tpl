{{/* Metadata of an object; takes (dict "root" $ "name" ... "namespace" ... "component" ...), the last two being optional. */}}
{{- define "keyferry.rbac.metadata" -}}
metadata:
  name: {{ .name }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- merge (dict) (.labels | default dict) (include "keyferry.labels" (dict "root" .root "component" .component) | fromYaml) | toYaml | nindent 4 }}
  {{- with include "keyferry.annotations" (dict "root" .root) }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/*
Rights for an account: a Role with its binding in each of the namespaces, or a ClusterRole where there are none. Takes
(dict "root" $ "name" ... "component" ... "namespaces" (list ...) "rules" ... "account" ... "accountNamespace" ...).
Without an account the role is bound to nobody; the account's namespace is the release's unless said otherwise.
*/}}
{{- define "keyferry.rbac.grant" -}}
{{- $grant := . -}}
{{- range $namespace := .namespaces | default (list "") }}
{{- $where := merge (dict "namespace" $namespace) $grant }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ ternary "Role" "ClusterRole" (ne $namespace "") }}
{{ include "keyferry.rbac.metadata" $where }}
rules:
  {{- $grant.rules | trim | nindent 2 }}
{{- if $grant.account }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ ternary "RoleBinding" "ClusterRoleBinding" (ne $namespace "") }}
{{ include "keyferry.rbac.metadata" $where }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ ternary "Role" "ClusterRole" (ne $namespace "") }}
  name: {{ $grant.name }}
subjects:
  - kind: ServiceAccount
    name: {{ $grant.account }}
    namespace: {{ $grant.accountNamespace | default $grant.root.Release.Namespace }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The same for objects with names, `[{namespace: ..., name: ...}]`: one Role in each namespace, for all names there. */}}
{{- define "keyferry.rbac.grantNamed" -}}
{{- $grant := . -}}
{{- $names := dict -}}
{{- range .objects -}}
{{- $_ := set $names .namespace (append (get $names .namespace | default list) .name) -}}
{{- end -}}
{{- range $namespace, $list := $names }}
{{- $rules := include $grant.template (dict "names" (uniq $list)) }}
{{- include "keyferry.rbac.grant" (merge (dict "namespaces" (list $namespace) "rules" $rules) $grant) }}
{{- end }}
{{- end -}}
