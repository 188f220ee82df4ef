// Runs cert-manager's own controllers against the API server of --kubeconfig: Certificates, the approver, the built-in
// issuers that tests compare with (CA, selfSigned, Vault), ingress-shim and gateway-shim. ACME and Venafi are left out,
// as are leader election, metrics and the webhook (../webhook). A line "started" on standard output says that all of them run.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/cert-manager/cert-manager/pkg/controller"
	gateways "github.com/cert-manager/cert-manager/pkg/controller/certificate-shim/gateways"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificate-shim/ingresses"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/selfsigned"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/vault"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificatesigningrequests/ca"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificatesigningrequests/selfsigned"
	"github.com/cert-manager/cert-manager/pkg/controller/clusterissuers"
	_ "github.com/cert-manager/cert-manager/pkg/controller/issuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/vault"
)

var (
	kubeconfig = flag.String("kubeconfig", "", "of the API server")
	namespace  = flag.String("namespace", "", "watch this one only; all of them by default")
	resources  = flag.String("cluster-resource-namespace", "cert-manager", "holds the Secrets of ClusterIssuers")
	backoff    = flag.Duration("backoff", time.Hour, "before the second attempt; doubled for each one after it")
	longest    = flag.Duration("longest-backoff", 32*time.Hour, "where doubling ends")
	workers    = flag.Int("workers", 5, "reconciles at a time, per controller")
	gateway    = flag.Bool("gateway-api", false, "also run gateway-shim; the CRDs of Gateway API must be there")
	without    = flag.String("without", "", "a controller that is not run, such as certificaterequests-approver")
)

func main() {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	factory, err := controller.NewContextFactory(ctx, options())
	if err != nil {
		return err
	}
	shared, err := factory.Build()
	if err != nil {
		return err
	}
	controllers, err := construct(factory)
	if err != nil {
		return err
	}
	shared.SharedInformerFactory.Start(ctx.Done())
	shared.KubeSharedInformerFactory.Start(ctx.Done())
	if *gateway {
		shared.GWShared.Start(ctx.Done())
	}
	fmt.Println("started")
	return runAll(ctx, controllers)
}

func options() controller.ContextOptions {
	return controller.ContextOptions{
		Kubeconfig:    *kubeconfig,
		Namespace:     *namespace,
		IssuerOptions: controller.IssuerOptions{ClusterResourceNamespace: *resources},
		IngressShimOptions: controller.IngressShimOptions{
			DefaultIssuerKind:  "Issuer",
			DefaultIssuerGroup: "cert-manager.io",
		},
		ConfigOptions: controller.ConfigOptions{EnableGatewayAPI: *gateway},
		CertificateOptions: controller.CertificateOptions{
			CopiedAnnotationPrefixes:                 []string{"*", "-kubectl.kubernetes.io/"},
			CertificateRequestMinimumBackoffDuration: *backoff,
			CertificateRequestMaximumBackoffDuration: *longest,
		},
	}
}

// The controller of ClusterIssuers watches without a namespace, which a namespaced informer factory cannot.
func construct(factory *controller.ContextFactory) ([]controller.Interface, error) {
	left := []string{*without}
	if *namespace != "" {
		left = append(left, clusterissuers.ControllerName)
	}
	if !*gateway {
		left = append(left, gateways.ControllerName)
	}
	var built []controller.Interface
	for name, constructor := range controller.Known() {
		if slices.Contains(left, name) {
			continue
		}
		it, err := constructor(factory)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		built = append(built, it)
	}
	return built, nil
}

func runAll(ctx context.Context, controllers []controller.Interface) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var group sync.WaitGroup
	for _, it := range controllers {
		group.Go(func() {
			if err := it.Run(*workers, ctx); err != nil {
				cancel(err)
			}
		})
	}
	group.Wait()
	if cause := context.Cause(ctx); cause != context.Canceled {
		return cause
	}
	return nil
}
