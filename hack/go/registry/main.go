// A registry in memory on loopback, and what copies an OCI archive into one.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

func main() {
	log.SetFlags(0)
	if err := run(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "serve":
		return serve(args[1])
	case len(args) == 3 && args[0] == "push":
		return push(args[1], args[2])
	}
	return fmt.Errorf("usage: registry serve ADDRESS | registry push ARCHIVE REFERENCE")
}

func serve(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	quiet := registry.Logger(log.New(io.Discard, "", 0))
	return http.Serve(listener, registry.New(quiet, registry.WithReferrersSupport(true)))
}

// push copies the one image of an archive and prints its digest.
func push(archive, reference string) error {
	folder, err := os.MkdirTemp("", "keyferry-push-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := exec.Command("tar", "-xf", archive, "-C", folder).Run(); err != nil {
		return fmt.Errorf("unpack %s: %w", archive, err)
	}
	index, err := layout.ImageIndexFromPath(folder)
	if err != nil {
		return err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return err
	}
	if len(manifest.Manifests) != 1 {
		return fmt.Errorf("%s holds %d images, not one", archive, len(manifest.Manifests))
	}
	digest := manifest.Manifests[0].Digest
	image, err := index.Image(digest)
	if err != nil {
		return err
	}
	target, err := name.ParseReference(reference)
	if err != nil {
		return err
	}
	if err := remote.Write(target, image); err != nil {
		return err
	}
	fmt.Println(digest)
	return nil
}
