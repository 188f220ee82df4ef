// Serves cert-manager's own webhook on loopback: its chain of admission plugins behind a listener of ours, since
// cert-manager's server listens on all addresses. Its module's path lies below cert-manager's, so that its internal
// packages may be imported. A line "started" on standard output says that it listens.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"github.com/go-logr/logr"

	"github.com/cert-manager/cert-manager/internal/webhook"
	"github.com/cert-manager/cert-manager/pkg/webhook/admission"
	"github.com/cert-manager/cert-manager/pkg/webhook/options"
)

// Not the program's own set: a library has a flag kubeconfig there.
var flags = flag.NewFlagSet("webhook", flag.ExitOnError)

var (
	kubeconfig = flags.String("kubeconfig", "", "of the API server")
	port       = flags.Int("port", 0, "on loopback")
	cert       = flags.String("tls-cert-file", "", "what it serves with")
	key        = flags.String("tls-private-key-file", "", "the key of it")
)

func main() {
	_ = flags.Parse(os.Args[1:]) // it exits
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	handler, err := newHandler()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler}
	context.AfterFunc(ctx, func() { server.Close() })
	fmt.Println("started")
	if err := server.ServeTLS(listener, *cert, *key); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func newHandler() (http.Handler, error) {
	config, err := options.NewWebhookConfiguration()
	if err != nil {
		return nil, err
	}
	config.KubeConfig = *kubeconfig
	server, err := webhook.NewCertManagerWebhookServer(logr.Discard(), *config)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/mutate", admission.NewCustomMutationWebhook(server.MutationWebhook))
	mux.Handle("/validate", admission.NewCustomValidationWebhook(server.ResourceScheme, server.ValidationWebhook))
	return mux, nil
}
