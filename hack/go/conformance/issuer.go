package main

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"time"

	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/cert-manager/cert-manager/test/e2e/framework"
)

// Creates the manifests for one spec, waits until the last of them is Ready and gives it back.
func createIssuer(f *framework.Framework) *unstructured.Unstructured {
	objects := readManifests(f.Namespace.Name)
	for _, it := range objects {
		Expect(f.CRClient.Create(context.TODO(), it)).To(Succeed(), "cannot create %s %s", it.GetKind(), it.GetName())
	}
	issuer := objects[len(objects)-1]
	waitUntilReady(f.CRClient, issuer)
	return issuer
}

// Objects of the spec's namespace go with it too; those of others and of the cluster would stay.
func deleteIssuer(f *framework.Framework) {
	for _, it := range readManifests(f.Namespace.Name) {
		err := f.CRClient.Delete(context.TODO(), it)
		Expect(client.IgnoreNotFound(err)).NotTo(HaveOccurred())
	}
}

func readManifests(namespace string) []*unstructured.Unstructured {
	text, err := os.ReadFile(*manifests)
	Expect(err).NotTo(HaveOccurred())
	var objects []*unstructured.Unstructured
	err = json.Unmarshal([]byte(strings.ReplaceAll(string(text), "NAMESPACE", namespace)), &objects)
	Expect(err).NotTo(HaveOccurred())
	Expect(objects).NotTo(BeEmpty())
	return objects
}

func waitUntilReady(reader client.Client, issuer *unstructured.Unstructured) {
	conditions := func() []any {
		seen := issuer.DeepCopy()
		if err := reader.Get(context.TODO(), client.ObjectKeyFromObject(issuer), seen); err != nil {
			return nil
		}
		all, _, _ := unstructured.NestedSlice(seen.Object, "status", "conditions")
		return all
	}
	isReady := ContainElement(And(HaveKeyWithValue("type", "Ready"), HaveKeyWithValue("status", "True")))
	Eventually(conditions, *readyWithin, 50*time.Millisecond).Should(isReady, "%s is not Ready", issuer.GetName())
}
