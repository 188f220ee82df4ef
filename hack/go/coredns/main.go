// CoreDNS with the few plugins that the DNS of a test node needs.
package main

import (
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/hosts"
	_ "github.com/coredns/coredns/plugin/kubernetes"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
)

func init() {
	// The order in which CoreDNS asks its plugins.
	dnsserver.Directives = []string{"errors", "hosts", "kubernetes"}
}

func main() {
	coremain.Run()
}
