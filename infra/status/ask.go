package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"time"

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

// grace is what Pulumi gets to end after an interrupt; the automation API kills it after 10 seconds.
const grace = 12 * time.Second

// ask previews a program without resources that reads both documents. The program is a stack of its own, in a backend
// that lives as long as the preview; what it has of the stack are the providers' settings. So the stack is neither
// locked nor changed, and each provider takes its credentials as it does in `pulumi up`.
//
// A provider asks a cloud that does not answer again for many minutes. After patience it is given up, so that it does not
// keep back what the other one said.
func (s stack) ask(ctx context.Context, at whereabouts, patience time.Duration) (answers, error) {
	settings, err := s.settings(ctx)
	if err != nil {
		return answers{}, err
	}
	dir, err := os.MkdirTemp("", "crosscloud-status-")
	if err != nil {
		return answers{}, err
	}
	defer os.RemoveAll(dir)
	previewing, giveUp := context.WithCancel(ctx)
	defer giveUp()
	said := make(chan answers, 1)
	reading, err := auto.NewStackInlineSource(ctx, "status", "crosscloud-status", func(program *pulumi.Context) error {
		asking, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		database, web := make(chan answer, 1), make(chan answer, 1)
		go func() {
			text, err := hoststatus.ReadObject(asking, program, at.databaseBucket, at.databaseObject)
			database <- answer{text, err}
		}()
		go func() {
			text, err := hoststatus.ReadParameter(asking, program, at.webParameter)
			web <- answer{text, err}
		}()
		said <- answers{<-database, <-web}
		if asking.Err() != nil {
			giveUp()
		}
		return nil // one host that can't be asked is no reason not to show the other
	}, auto.WorkDir(dir), auto.EnvVars(map[string]string{
		"PULUMI_BACKEND_URL":       "file://" + dir,
		"PULUMI_CONFIG_PASSPHRASE": rand.Text(), // the backend keeps the settings' secrets encrypted
	}))
	if err != nil {
		return answers{}, fmt.Errorf("prepare the reading: %w", err)
	}
	if err := handOver(ctx, settings, reading); err != nil {
		return answers{}, fmt.Errorf("hand the providers' settings over: %w", err)
	}
	previewed := make(chan error, 1)
	go func() {
		_, err := reading.Preview(previewing)
		previewed <- err
	}()
	select {
	case err = <-previewed:
	case <-previewing.Done():
		select {
		case err = <-previewed:
		case <-time.After(grace): // the provider hangs still, and Pulumi would wait for it
			err = previewing.Err()
		}
	}
	select {
	case answered := <-said:
		return answered, nil
	default:
		return answers{}, fmt.Errorf("read what the hosts published: %w", err)
	}
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

// handOver configures a stack. Secrets go through standard input: SetAllConfig makes arguments of what it gets, which
// every user of this machine can read.
func handOver(ctx context.Context, settings auto.ConfigMap, stack auto.Stack) error {
	workspace := stack.Workspace()
	var environ []string
	for name, value := range workspace.GetEnvVars() {
		environ = append(environ, name+"="+value)
	}
	open := auto.ConfigMap{}
	for key, setting := range settings {
		if !setting.Secret {
			open[key] = setting
			continue
		}
		_, said, _, err := workspace.PulumiCommand().Run(ctx, workspace.WorkDir(), strings.NewReader(setting.Value), nil, nil, environ,
			"config", "set", "--stack", stack.Name(), "--secret", key)
		if err != nil {
			return fmt.Errorf("set %s: %w: %s", key, err, said)
		}
	}
	return stack.SetAllConfig(ctx, open)
}
