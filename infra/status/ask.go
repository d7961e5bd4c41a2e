package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"crosscloud/infra/hoststatus"
)

// answer is what a host published, or why that can't be read.
type answer struct {
	text string
	err  error
}

type answers struct{ database, web answer }

// ask previews a program without resources that reads both documents. The program is a stack of its own, in a backend
// that lives as long as the preview; what it has of the stack are the providers' settings. So the stack is neither
// locked nor changed, and each provider takes its credentials as it does in `pulumi up`.
func (s stack) ask(ctx context.Context, at whereabouts) (answers, error) {
	settings, err := s.settings(ctx)
	if err != nil {
		return answers{}, err
	}
	dir, err := os.MkdirTemp("", "crosscloud-status-")
	if err != nil {
		return answers{}, err
	}
	defer os.RemoveAll(dir)
	var said answers
	reading, err := auto.NewStackInlineSource(ctx, "status", "crosscloud-status", func(program *pulumi.Context) error {
		database, web := make(chan answer, 1), make(chan answer, 1)
		go func() {
			text, err := hoststatus.ReadObject(ctx, program, at.databaseBucket, at.databaseObject)
			database <- answer{text, err}
		}()
		go func() {
			text, err := hoststatus.ReadParameter(ctx, program, at.webParameter)
			web <- answer{text, err}
		}()
		said = answers{<-database, <-web}
		return nil // one host that can't be asked is no reason not to show the other
	}, auto.WorkDir(dir), auto.EnvVars(map[string]string{
		"PULUMI_BACKEND_URL":       "file://" + dir,
		"PULUMI_CONFIG_PASSPHRASE": rand.Text(), // the backend keeps the settings' secrets encrypted
	}))
	if err != nil {
		return answers{}, fmt.Errorf("prepare the reading: %w", err)
	}
	if err := reading.SetAllConfig(ctx, settings); err != nil {
		return answers{}, fmt.Errorf("hand the providers' settings over: %w", err)
	}
	if _, err := reading.Preview(ctx); err != nil {
		return answers{}, fmt.Errorf("read what the hosts published: %w", err)
	}
	return said, nil
}

// settings are those of the two providers in the stack's configuration, secrets included.
func (s stack) settings(ctx context.Context) (auto.ConfigMap, error) {
	all, err := s.workspace.GetAllConfig(ctx, s.name)
	if err != nil {
		return nil, fmt.Errorf("read the configuration of stack %q: %w", s.name, err)
	}
	settings := auto.ConfigMap{}
	for key, value := range all {
		if strings.HasPrefix(key, "aws:") || strings.HasPrefix(key, "gcp:") {
			settings[key] = value
		}
	}
	return settings, nil
}
