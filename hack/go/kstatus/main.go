// Command kstatus judges the objects that it reads as YAML documents on stdin, as Flux and Helm 4 do when they wait:
// one JSON line {"status", "message"} for each, in the same order.
package main

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
)

type verdict struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

func main() {
	documents := yaml.NewYAMLOrJSONDecoder(os.Stdin, 4096)
	out := json.NewEncoder(os.Stdout)
	for {
		object := &unstructured.Unstructured{}
		err := documents.Decode(object)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			log.Fatal(err)
		}
		found, err := status.Compute(object)
		if err != nil {
			log.Fatal(err)
		}
		if err := out.Encode(verdict{Status: string(found.Status), Message: found.Message}); err != nil {
			log.Fatal(err)
		}
	}
}
