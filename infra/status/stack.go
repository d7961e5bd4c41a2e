package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// stack is one of the project's, as Pulumi's backend has it.
type stack struct {
	workspace auto.Workspace
	name      string
}

// openStack finds the stack of that name, or the selected one where name is empty.
func openStack(ctx context.Context, project, name string) (stack, error) {
	if _, err := exec.LookPath("pulumi"); err != nil {
		return stack{}, fmt.Errorf("find the Pulumi CLI: %w: install it or, for the stack of `make up`, run `go run ./infra/twin make status`", err)
	}
	workspace, err := auto.NewLocalWorkspace(ctx, auto.WorkDir(project))
	if err != nil {
		return stack{}, err
	}
	if name == "" {
		selected, err := workspace.Stack(ctx)
		if err != nil {
			return stack{}, fmt.Errorf("find the selected stack: %w", err)
		}
		if selected == nil {
			return stack{}, errors.New("no stack is selected: run `pulumi stack select NAME`, or set STACK=NAME")
		}
		name = selected.Name
	}
	return stack{workspace, name}, nil
}

// whereabouts are where the hosts publish, and what they were asked for last.
type whereabouts struct {
	webParameter, webRevision string
	databaseBucket            string
	databaseObject            string
	databaseRevision          string
}

// whereabouts reads the stack's state rather than its outputs, which an update that fails at the gate leaves as they
// were: then most of all somebody asks for the hosts' status.
func (s stack) whereabouts(ctx context.Context) (whereabouts, error) {
	// The automation API's own ExportStack decrypts every secret of the state, which nobody needs here.
	exported, complaint, _, err := s.workspace.PulumiCommand().Run(ctx, s.workspace.WorkDir(), nil, nil, nil, nil,
		"stack", "export", "--stack", s.name)
	if err != nil {
		return whereabouts{}, fmt.Errorf("read the state of stack %q: %w: %s", s.name, err, strings.TrimSpace(complaint))
	}
	return find(s.name, exported)
}

// find looks the whereabouts up in an exported state.
func find(name string, exported string) (whereabouts, error) {
	var state struct {
		Deployment apitype.DeploymentV3 `json:"deployment"`
	}
	if err := json.Unmarshal([]byte(exported), &state); err != nil {
		return whereabouts{}, fmt.Errorf("read the state of stack %q: %w", name, err)
	}
	var at whereabouts
	desiredParameter := ""
	parameters := map[string]string{} // by name, what does not hold a secret
	for _, r := range state.Deployment.Resources {
		text := func(values map[string]any, key string) string {
			text, _ := values[key].(string)
			return text
		}
		switch r.Type {
		case "crosscloud:database:Database":
			at.databaseRevision = text(r.Outputs, "revision")
			at.databaseBucket, at.databaseObject = text(r.Outputs, "statusBucket"), text(r.Outputs, "statusObject")
		case "crosscloud:release:Channel":
			desiredParameter, at.webParameter = text(r.Outputs, "desiredParameter"), text(r.Outputs, "statusParameter")
		case "aws:ssm/parameter:Parameter":
			parameters[text(r.Inputs, "name")] = text(r.Inputs, "insecureValue")
		}
	}
	if at.webParameter == "" || at.databaseObject == "" {
		return whereabouts{}, fmt.Errorf("stack %q has no hosts yet, or none any more: run `pulumi up`", name)
	}
	at.webRevision = revision(parameters[desiredParameter])
	return at, nil
}

// revision is what a desired state names, and empty where none was written yet.
func revision(desired string) string {
	var document struct {
		Revision string `json:"revision"`
	}
	if json.NewDecoder(strings.NewReader(desired)).Decode(&document) != nil {
		return ""
	}
	return document.Revision
}
