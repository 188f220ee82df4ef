// Runs External Secrets Operator's own reconcilers for stores and ExternalSecrets against the API server of
// --kubeconfig, so that hack/goldens can record what ESO makes of a manifest. ESO links every provider; a store that
// names any but akeyless and fake would work too, and no manifest of ours does.
package main

import (
	"flag"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	esv1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1"
	esv1alpha1 "github.com/external-secrets/external-secrets/apis/externalsecrets/v1alpha1"
	genv1alpha1 "github.com/external-secrets/external-secrets/apis/generators/v1alpha1"
	ctrlcommon "github.com/external-secrets/external-secrets/pkg/controllers/common"
	"github.com/external-secrets/external-secrets/pkg/controllers/externalsecret"
	"github.com/external-secrets/external-secrets/pkg/controllers/externalsecret/esmetrics"
	"github.com/external-secrets/external-secrets/pkg/controllers/metrics"
	"github.com/external-secrets/external-secrets/pkg/controllers/secretstore"
	"github.com/external-secrets/external-secrets/pkg/controllers/secretstore/cssmetrics"
	"github.com/external-secrets/external-secrets/pkg/controllers/secretstore/ssmetrics"
	"github.com/external-secrets/external-secrets/pkg/feature"
)

var (
	probes     = flag.String("probes", "127.0.0.1:0", "address of /healthz and /readyz")
	concurrent = flag.Int("concurrent", 8, "reconciles at a time, per controller")
	class      = flag.String("controller-class", "default", "stores of another class are left alone")
	rate       = flag.Float64("client-qps", 500, "API requests a second")
)

func main() {
	flag.Parse()
	ctrl.SetLogger(zap.New(zap.UseDevMode(true)))
	if err := run(); err != nil {
		ctrl.Log.Error(err, "stopped")
		os.Exit(1)
	}
}

func run() error {
	metrics.SetUpLabelNames(false)
	esmetrics.SetUpMetrics()
	ssmetrics.SetUpMetrics()
	cssmetrics.SetUpMetrics()
	mgr, err := newManager()
	if err != nil {
		return err
	}
	if err := addStores(mgr); err != nil {
		return err
	}
	if err := addExternalSecrets(mgr); err != nil {
		return err
	}
	for _, one := range feature.Features() {
		if one.Initialize != nil {
			one.Initialize()
		}
	}
	return mgr.Start(ctrl.SetupSignalHandler())
}

// ESO's defaults: Secrets and ConfigMaps are read from the API server, no leader election.
func newManager() (manager.Manager, error) {
	config, err := ctrl.GetConfig()
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = float32(*rate), 2*int(*rate)
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:                 knownKinds(),
		Metrics:                metricsserver.Options{BindAddress: "0"},
		HealthProbeBindAddress: *probes,
		Client: client.Options{Cache: &client.CacheOptions{
			DisableFor: []client.Object{&corev1.Secret{}, &corev1.ConfigMap{}},
		}},
	})
	if err != nil {
		return nil, err
	}
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return nil, err
	}
	return mgr, mgr.AddReadyzCheck("ping", healthz.Ping)
}

func knownKinds() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(esv1.AddToScheme(scheme))
	utilruntime.Must(esv1alpha1.AddToScheme(scheme))
	utilruntime.Must(genv1alpha1.AddToScheme(scheme))
	return scheme
}

func addStores(mgr manager.Manager) error {
	namespaced := &secretstore.StoreReconciler{
		Client:          mgr.GetClient(),
		Log:             ctrl.Log.WithName("SecretStore"),
		Scheme:          mgr.GetScheme(),
		ControllerClass: *class,
		RequeueInterval: 5 * time.Minute,
	}
	if err := namespaced.SetupWithManager(mgr, options()); err != nil {
		return err
	}
	cluster := &secretstore.ClusterStoreReconciler{
		Client:          mgr.GetClient(),
		Log:             ctrl.Log.WithName("ClusterSecretStore"),
		Scheme:          mgr.GetScheme(),
		ControllerClass: *class,
		RequeueInterval: 5 * time.Minute,
	}
	return cluster.SetupWithManager(mgr, options())
}

func addExternalSecrets(mgr manager.Manager) error {
	managed, err := ctrlcommon.BuildManagedSecretClient(mgr, "")
	if err != nil {
		return err
	}
	reconciler := &externalsecret.Reconciler{
		Client:                    mgr.GetClient(),
		SecretClient:              managed,
		Log:                       ctrl.Log.WithName("ExternalSecret"),
		Scheme:                    mgr.GetScheme(),
		RestConfig:                mgr.GetConfig(),
		ControllerClass:           *class,
		RequeueInterval:           time.Hour,
		ClusterSecretStoreEnabled: true,
		EnableFloodGate:           true,
	}
	return reconciler.SetupWithManager(mgr, options())
}

func options() controller.Options {
	return controller.Options{MaxConcurrentReconciles: *concurrent, RateLimiter: ctrlcommon.BuildRateLimiter()}
}
