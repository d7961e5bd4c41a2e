package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"crosscloud/infra/twin/aws"
	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/dockerbuild"
	"crosscloud/infra/twin/gcp"
	"crosscloud/infra/twin/random"
	"crosscloud/infra/twin/tls"
)

// serve starts a server for each provider, and prepares the environment that makes Pulumi use them.
func (t *twin) serve(ctx context.Context) error {
	var servers []string
	for _, p := range []cloud.Provider{aws.Provider(t.env), gcp.Provider(t.env), random.Provider(t.env), tls.Provider(t.env), dockerbuild.Provider(t.env)} {
		port, err := cloud.Serve(ctx, p)
		if err != nil {
			return err
		}
		servers = append(servers, fmt.Sprintf("%s:%d", p.Name, port))
	}
	backend := filepath.Join(t.engine.Dir(), "pulumi")
	if err := os.MkdirAll(backend, 0o700); err != nil {
		return err
	}
	passphrase, err := t.passphrase()
	if err != nil {
		return err
	}
	t.environ = append(withoutAccounts(os.Environ()),
		"CROSSCLOUD_TWIN="+t.name,
		"CROSSCLOUD_TWIN_DIR="+t.shared,
		"PULUMI_DEBUG_PROVIDERS="+strings.Join(servers, ","),
		// A provider that the twin does not play must not be fetched to reach a real cloud.
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
		"PULUMI_BACKEND_URL=file://"+backend,
		"PULUMI_CONFIG_PASSPHRASE="+passphrase,
		// `go run` keeps the linked program in Go's cache; Pulumi itself would link it anew for each preview and each update. The
		// price is a line "exit status 32" behind the words of a program that failed.
		"PULUMI_GO_USE_RUN=true",
		"PULUMI_HOME="+filepath.Join(t.engine.Dir(), "pulumi-home"),
		"PULUMI_SKIP_UPDATE_CHECK=true",
		"PULUMI_STACK="+t.name,
	)
	return nil
}

// withoutAccounts is the environment without what could lead to the operator's own accounts, or change what the
// providers' settings default to.
func withoutAccounts(environ []string) []string {
	var kept []string
next:
	for _, variable := range environ {
		for _, prefix := range []string{"AWS_", "GOOGLE_", "GCLOUD_", "CLOUDSDK_", "PULUMI_"} {
			if strings.HasPrefix(variable, prefix) {
				continue next
			}
		}
		kept = append(kept, variable)
	}
	return kept
}

// passphrase is what the stack's secrets are encrypted with. It is made once and lives as long as the instance.
func (t *twin) passphrase() (string, error) {
	file := filepath.Join(t.engine.Dir(), "passphrase")
	text, err := os.ReadFile(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return string(text), err
	}
	fresh := rand.Text()
	return fresh, os.WriteFile(file, []byte(fresh), 0o600)
}
