// Calls a Vault by HashiCorp's own client. It reads a JSON list of steps from standard input and prints what came of
// each: {"health": true}, {"login": "approle", "data": {...}}, which keeps the token for later steps, and
// {"write": "pki/sign/web", "data": {...}}.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/hashicorp/vault/api"
)

var (
	address   = flag.String("address", "", "https://127.0.0.1:PORT")
	ca        = flag.String("ca-file", "", "PEM of what signed the server's certificate")
	namespace = flag.String("namespace", "", "of every call but health")
)

type step struct {
	Health bool           `json:"health"`
	Login  string         `json:"login"`
	Write  string         `json:"write"`
	Data   map[string]any `json:"data"`
}

type outcome struct {
	Health   *api.HealthResponse `json:"health,omitempty"`
	LoggedIn *login              `json:"loggedIn,omitempty"`
	Data     map[string]any      `json:"data,omitempty"`
	Status   int                 `json:"status,omitempty"`
	Errors   []string            `json:"errors,omitempty"`
	Failure  string              `json:"failure,omitempty"`
}

type login struct {
	LeaseSeconds int  `json:"leaseSeconds"`
	Renewable    bool `json:"renewable"`
}

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	client, err := newClient()
	if err != nil {
		return err
	}
	var steps []step
	if err := json.NewDecoder(os.Stdin).Decode(&steps); err != nil {
		return err
	}
	outcomes := []outcome{}
	for _, it := range steps {
		outcomes = append(outcomes, do(client, it))
	}
	return json.NewEncoder(os.Stdout).Encode(outcomes)
}

func newClient() (*api.Client, error) {
	config := api.DefaultConfig()
	config.Address = *address
	config.MaxRetries = 0
	if err := config.ConfigureTLS(&api.TLSConfig{CACert: *ca}); err != nil {
		return nil, err
	}
	client, err := api.NewClient(config)
	if err == nil && *namespace != "" {
		client.SetNamespace(*namespace)
	}
	return client, err
}

func do(client *api.Client, it step) outcome {
	switch {
	case it.Health:
		health, err := client.Sys().Health()
		return told(outcome{Health: health}, err)
	case it.Login != "":
		return logIn(client, it)
	default:
		secret, err := client.Logical().Write(it.Write, it.Data)
		if err != nil || secret == nil {
			return told(outcome{}, err)
		}
		return outcome{Data: secret.Data}
	}
}

func logIn(client *api.Client, it step) outcome {
	secret, err := client.Logical().Write("auth/"+it.Login+"/login", it.Data)
	if err != nil {
		return told(outcome{}, err)
	}
	token, err := secret.TokenID()
	if err != nil {
		return told(outcome{}, err)
	}
	client.SetToken(token)
	return outcome{LoggedIn: &login{secret.Auth.LeaseDuration, secret.Auth.Renewable}}
}

func told(so outcome, err error) outcome {
	var answered *api.ResponseError
	if errors.As(err, &answered) {
		so.Status, so.Errors = answered.StatusCode, answered.Errors
	} else if err != nil {
		so.Failure = err.Error()
	}
	return so
}
