package gcp

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// image is one of the publisher's. All of them are the twin's one Debian 13 inside.
type image struct{ name, family, created string }

const imageProject = "debian-cloud"

// images are some that Debian's team has published, the oldest first; the newest is its family's.
var images = []image{
	{"debian-13-trixie-v20251014", "debian-13", "2025-10-14T00:00:00.000-07:00"},
	{"debian-13-trixie-v20251111", "debian-13", "2025-11-11T00:00:00.000-08:00"},
	{"debian-13-trixie-v20251209", "debian-13", "2025-12-09T00:00:00.000-08:00"},
	{"debian-13-trixie-v20260114", "debian-13", "2026-01-14T00:00:00.000-08:00"},
	{"debian-13-trixie-v20260210", "debian-13", "2026-02-10T00:00:00.000-08:00"},
}

// imageDiskGB is the size of the images' disk, and so the least size of a boot disk.
const imageDiskGB = 10

func (i image) id() string { return "projects/" + imageProject + "/global/images/" + i.name }

// newest returns the image of a family.
func newest(family string) (image, bool) {
	for _, i := range slices.Backward(images) {
		if i.family == family {
			return i, true
		}
	}
	return image{}, false
}

// resolveImage finds what a boot disk is made from. It may be named by self link, by id, as PROJECT/NAME, and by its
// family in the place of its name.
func resolveImage(ref string) (image, error) {
	_, id, found := strings.Cut(ref, "projects/")
	if !found {
		id = ref
	}
	project, rest, _ := strings.Cut(id, "/")
	name := path.Base(rest)
	for _, i := range images {
		if project == imageProject && i.name == name {
			return i, nil
		}
	}
	if i, known := newest(name); project == imageProject && known {
		return i, nil
	}
	return image{}, fmt.Errorf("Error resolving image name '%s': Could not find image or family %s", ref, ref)
}

// ImageArgs are the arguments of gcp:compute/getImage:getImage.
type ImageArgs struct {
	Family  string `json:"family,omitempty"`
	Name    string `json:"name,omitempty"`
	Project string `json:"project,omitempty"`
}

// ImageResult is what getImage tells about an image.
type ImageResult struct {
	ArchiveSizeBytes  int               `json:"archiveSizeBytes"`
	CreationTimestamp string            `json:"creationTimestamp"`
	Description       string            `json:"description"`
	DiskSizeGb        int               `json:"diskSizeGb"`
	Family            string            `json:"family"`
	ID                string            `json:"id"`
	ImageId           string            `json:"imageId"`
	Labels            map[string]string `json:"labels"`
	Licenses          []string          `json:"licenses"`
	Name              string            `json:"name"`
	Project           string            `json:"project"`
	SelfLink          string            `json:"selfLink"`
	Status            string            `json:"status"`
}

func (g *gcp) getImage() cloud.Invoke {
	return cloud.Function[ImageArgs, ImageResult]{
		Token: "gcp:compute/getImage:getImage",
		Call: func(_ context.Context, in ImageArgs) (ImageResult, error) {
			// The question is asked in the name of the provider's project, whosever the image is.
			if err := g.enabled(g.project, computeAPI); err != nil {
				return ImageResult{}, fmt.Errorf("error retrieving image information: %w", err)
			}
			return lookUpImage(in)
		},
	}
}

func lookUpImage(in ImageArgs) (ImageResult, error) {
	var found image
	known := false
	switch {
	case in.Family != "" && in.Name != "":
		return ImageResult{}, fmt.Errorf(`"family": conflicts with name`)
	case in.Family != "":
		found, known = newest(in.Family)
	case in.Name != "":
		for _, i := range images {
			if i.name == in.Name {
				found, known = i, true
			}
		}
	default:
		return ImageResult{}, fmt.Errorf("one of name, family or filters must be set")
	}
	if in.Project != imageProject || !known {
		return ImageResult{}, fmt.Errorf("error retrieving image information: %w",
			notFound(fmt.Sprintf("projects/%s/global/images/%s%s", in.Project, in.Name, in.Family)))
	}
	return ImageResult{
		CreationTimestamp: found.created,
		Description:       "Debian, Debian GNU/Linux, 13 (trixie), amd64",
		DiskSizeGb:        imageDiskGB,
		Family:            found.family,
		ID:                found.id(),
		ImageId:           state.NumericID(found.id()),
		Licenses:          []string{selfLink("projects/debian-cloud/global/licenses/debian-13-trixie")},
		Name:              found.name,
		Project:           imageProject,
		SelfLink:          selfLink(found.id()),
		Status:            "READY",
	}, nil
}
