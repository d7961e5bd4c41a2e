package dockerbuild

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

var (
	stepLine  = regexp.MustCompile(`(?m)^ ---> ([0-9a-f]{12})$`)
	notInName = regexp.MustCompile(`[^a-z0-9]+`)
)

// localTag names the image on the engine between the build and the next one, where it serves as the cache.
func localTag(twin, resource string) string {
	clean := func(s string) string {
		return strings.Trim(notInName.ReplaceAllString(strings.ToLower(s), "-"), "-")
	}
	return "crosscloud-" + clean(twin) + "-build:" + clean(resource)
}

// stepIDs finds the images that a build's steps left behind. The classic builder keeps those of earlier stages without
// a name; nobody else would remove them.
func stepIDs(output string) []string {
	var ids []string
	for _, match := range stepLine.FindAllStringSubmatch(output, -1) {
		if !slices.Contains(ids, match[1]) {
			ids = append(ids, match[1])
		}
	}
	return ids
}

// leftover is what builds under one local name have left on the engine. Its id is that name.
type leftover struct {
	ID    string   // the image
	Steps []string // the images of the steps
}

// buildLocal builds under a local name and removes what earlier builds under it left and this one does not use. What a
// build uses stays until then: it makes the next one fast.
func (i images) buildLocal(ctx context.Context, in ImageArgs, local string) (id string, err error) {
	old, err := state.Get[leftover](i.env.Store, local)
	if err != nil && !errors.Is(err, state.ErrNotFound) {
		return "", err
	}
	id, steps, err := build(ctx, in, local, cloud.Progress(ctx))
	if err != nil {
		removeUnnamed(ctx, without(steps, old.Steps))
		return "", err
	}
	removeUnnamed(ctx, without(append(old.Steps, old.ID), append(steps, id)))
	return id, state.Put(i.env.Store, local, leftover{ID: id, Steps: steps})
}

// removeLocal removes the local name, with it the image where it was the image's last, and then the steps.
func (i images) removeLocal(ctx context.Context, local string) error {
	found, err := dockerOutput(ctx, "image", "ls", "--quiet", local)
	if err != nil {
		return err
	}
	if found != "" {
		if _, err := dockerOutput(ctx, "image", "rm", local); err != nil {
			return err
		}
	}
	old, err := state.Get[leftover](i.env.Store, local)
	if errors.Is(err, state.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	removeUnnamed(ctx, old.Steps)
	return state.Delete[leftover](i.env.Store, local)
}

// removeUnnamed removes those of the images that have no name. A base image has one, and a step that another image
// builds on can't be removed; neither is an error. Later steps go first, because they build on the earlier ones.
func removeUnnamed(ctx context.Context, ids []string) {
	for _, id := range slices.Backward(ids) {
		names, err := dockerOutput(ctx, "image", "inspect", "--format", `{{join .RepoTags " "}}`, id)
		if err != nil || names != "" {
			continue
		}
		_, _ = dockerOutput(ctx, "image", "rm", id)
	}
}

func without(list, drop []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" || slices.Contains(drop, s) })
}
