// Command healthlua says how Argo CD judges the objects that it reads as YAML documents on stdin: one JSON line
// {"status", "message"} for each, in the same order. Given a file, an argocd-cm ConfigMap, its health scripts go before
// those that Argo CD has built in. An object that no script speaks of has no status.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/argoproj/argo-cd/v2/pkg/apis/application/v1alpha1"
	"github.com/argoproj/argo-cd/v2/util/lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	sigsyaml "sigs.k8s.io/yaml"
)

const keyPrefix = "resource.customizations.health."

type verdict struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

func main() {
	config := flag.String("config", "", "file of an argocd-cm ConfigMap")
	flag.Parse()
	if err := run(*config); err != nil {
		log.Fatal(err)
	}
}

func run(config string) error {
	overrides, err := overridesOf(config)
	if err != nil {
		return err
	}
	documents := yaml.NewYAMLOrJSONDecoder(os.Stdin, 4096)
	out := json.NewEncoder(os.Stdout)
	for {
		object := &unstructured.Unstructured{}
		err := documents.Decode(object)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		found, err := judge(overrides, object)
		if err != nil {
			return err
		}
		if err := out.Encode(found); err != nil {
			return err
		}
	}
}

func judge(overrides map[string]v1alpha1.ResourceOverride, object *unstructured.Unstructured) (verdict, error) {
	health, err := lua.ResourceHealthOverrides(overrides).GetResourceHealth(object)
	if err != nil || health == nil {
		return verdict{}, err
	}
	return verdict{Status: string(health.Status), Message: health.Message}, nil
}

// Argo CD's keys are resource.customizations.health.GROUP_KIND; it looks them up as GROUP/KIND.
func overridesOf(file string) (map[string]v1alpha1.ResourceOverride, error) {
	overrides := map[string]v1alpha1.ResourceOverride{}
	if file == "" {
		return overrides, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var config struct {
		Data map[string]string `json:"data"`
	}
	if err := sigsyaml.Unmarshal(text, &config); err != nil {
		return nil, err
	}
	for key, script := range config.Data {
		name, isHealth := strings.CutPrefix(key, keyPrefix)
		group, kind, isWhole := strings.Cut(name, "_")
		if !isHealth || !isWhole {
			return nil, fmt.Errorf("%s is not a health script of Argo CD", key)
		}
		overrides[group+"/"+kind] = v1alpha1.ResourceOverride{HealthLua: script}
	}
	return overrides, nil
}
