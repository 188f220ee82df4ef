// Runs cert-manager's own issuer conformance suites against an issuer of any kind. The suites are those of v1.11.5, the
// last release that publishes them as a package; the cert-manager under test may be newer. What an issuer needs comes
// as manifests, in which the word NAMESPACE stands for the namespace that each spec has of its own.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	utilfeature "github.com/cert-manager/cert-manager/pkg/util/feature"
	"github.com/cert-manager/cert-manager/test/e2e/framework"
	"github.com/cert-manager/cert-manager/test/e2e/framework/helper/featureset"
	"github.com/cert-manager/cert-manager/test/e2e/suite/conformance/certificates"
	"github.com/cert-manager/cert-manager/test/e2e/suite/conformance/certificatesigningrequests"
)

var (
	kubeconfig  = flag.String("kubeconfig", "", "of the API server")
	kubectl     = flag.String("kubectl", "kubectl", "the program, which describes what failed")
	suite       = flag.String("suite", "certificates", "or certificatesigningrequests")
	name        = flag.String("name", "issuer", "what the specs are told of")
	manifests   = flag.String("manifests", "", "JSON file with a list of objects, the issuer last")
	signer      = flag.String("signer", "", "PLURAL.GROUP before the issuer's name, for certificatesigningrequests")
	unsupported = flag.String("unsupported", "", "features, with commas between them")
	report      = flag.String("report", "", "JSON file with what came of each spec")
	readyWithin = flag.Duration("ready-within", 30*time.Second, "for a new issuer")
)

// Ginkgo wants to tell a testing.T of failures; its report tells us.
type silent struct{}

func (silent) Fail() {}

func main() {
	flag.Parse()
	if err := configure(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	define(*suite)
	gomega.RegisterFailHandler(ginkgo.Fail)
	ginkgo.ReportAfterSuite("results", writeReport)
	if !ginkgo.RunSpecs(silent{}, *name) {
		os.Exit(1)
	}
}

func configure() error {
	framework.DefaultConfig.KubeConfig = *kubeconfig
	framework.DefaultConfig.Kubectl = *kubectl
	framework.DefaultConfig.Cleanup = true
	framework.DefaultConfig.Addons.ACMEServer.IngressIP = "127.0.0.1" // goes into certificates as a name
	// The gates only say which specs may run; whether they pass is the issuer's affair.
	gates := "ExperimentalCertificateSigningRequestControllers=true,ExperimentalGatewayAPISupport=true,LiteralCertificateSubject=true"
	return utilfeature.DefaultMutableFeatureGate.Set(gates)
}

func define(suite string) {
	features := featureset.NewFeatureSet()
	for _, it := range strings.FieldsFunc(*unsupported, func(r rune) bool { return r == ',' }) {
		features.Add(featureset.Feature(it))
	}
	switch suite {
	case "certificates":
		defineCertificates(features)
	case "certificatesigningrequests":
		defineSigningRequests(features)
	default:
		panic("no such suite: " + suite)
	}
}

func defineCertificates(features featureset.FeatureSet) {
	(&certificates.Suite{
		Name:                *name,
		DomainSuffix:        "example.com",
		HTTP01TestType:      "Ingress", // runs the specs of ingress-shim
		UnsupportedFeatures: features,
		CreateIssuerFunc: func(f *framework.Framework) cmmeta.ObjectReference {
			issuer := createIssuer(f)
			kind := issuer.GroupVersionKind()
			return cmmeta.ObjectReference{Group: kind.Group, Kind: kind.Kind, Name: issuer.GetName()}
		},
		DeleteIssuerFunc: func(f *framework.Framework, _ cmmeta.ObjectReference) { deleteIssuer(f) },
	}).Define()
}

func defineSigningRequests(features featureset.FeatureSet) {
	(&certificatesigningrequests.Suite{
		Name:                *name,
		DomainSuffix:        "example.com",
		UnsupportedFeatures: features,
		CreateIssuerFunc: func(f *framework.Framework) string {
			issuer := createIssuer(f)
			if namespace := issuer.GetNamespace(); namespace != "" {
				return fmt.Sprintf("%s/%s.%s", *signer, namespace, issuer.GetName())
			}
			return fmt.Sprintf("%s/%s", *signer, issuer.GetName())
		},
		DeleteIssuerFunc: func(f *framework.Framework, _ string) { deleteIssuer(f) },
	}).Define()
}
