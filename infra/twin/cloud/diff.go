package cloud

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// difference compares inputs with inputs, both checked. A value that is not known yet counts as changed.
func difference(olds, news resource.PropertyMap, replace, ignore []string, deleteFirst bool) (plugin.DiffResult, error) {
	replacePaths, err := parsePaths(replace)
	if err != nil {
		return plugin.DiffResult{}, err
	}
	ignorePaths, err := parsePaths(ignore)
	if err != nil {
		return plugin.DiffResult{}, err
	}
	objects := revealAll(withoutInternal(olds)).Diff(revealAll(withoutInternal(news)))
	result := plugin.DiffResult{
		Changes:      plugin.DiffNone,
		DetailedDiff: map[string]plugin.PropertyDiff{},
	}
	for at, change := range plugin.NewDetailedDiffFromObjectDiff(objects, true) {
		path, err := resource.ParsePropertyPath(at)
		if err != nil {
			return plugin.DiffResult{}, err
		}
		if slices.ContainsFunc(ignorePaths, func(p resource.PropertyPath) bool { return p.Contains(path) }) {
			continue
		}
		// A change of a whole object touches the paths under it, too.
		if slices.ContainsFunc(replacePaths, func(p resource.PropertyPath) bool {
			return p.Contains(path) || covers(path, p)
		}) {
			change = change.ToReplace()
			result.DeleteBeforeReplace = deleteFirst
		}
		result.Changes = plugin.DiffSome
		result.DetailedDiff[at] = change
	}
	return result, nil
}

// covers says whether path is a part of pattern from its start, with "*" standing for any index or key.
func covers(path, pattern resource.PropertyPath) bool {
	if len(path) > len(pattern) {
		return false
	}
	return slices.EqualFunc(path, pattern[:len(path)], func(a, b any) bool { return b == "*" || a == b })
}

func parsePaths(texts []string) ([]resource.PropertyPath, error) {
	paths := make([]resource.PropertyPath, len(texts))
	for i, text := range texts {
		path, err := resource.ParsePropertyPath(text)
		if err != nil {
			return nil, err
		}
		paths[i] = path
	}
	return paths, nil
}
