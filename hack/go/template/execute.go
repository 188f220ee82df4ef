package main

import (
	corev1 "k8s.io/api/core/v1"

	externalsecrets "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
	template "github.com/external-secrets/external-secrets/pkg/template/v2"
)

type renderedSecret struct {
	Data        map[string][]byte `json:"data"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

// execute goes through the function that ESO's controller calls, scopes and targets included, on an empty Secret.
func execute(asked request) answer {
	var secret corev1.Secret
	scope := externalsecrets.TemplateScope(asked.Scope)
	target := externalsecrets.TemplateTarget(asked.Target)
	if err := template.Execute(asked.Templates, asked.Data, scope, target, &secret); err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Secret: &renderedSecret{secret.Data, secret.Labels, secret.Annotations}}
}
