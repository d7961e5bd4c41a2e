package aws

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"path"
	"regexp"
	"slices"

	"crosscloud/infra/twin/cloud"
)

// debian is the account under which Debian publishes: https://wiki.debian.org/Cloud/AmazonEC2Image.
const debian = "136693071363"

// image is an entry of the twin's own catalogue. It has the form of what Debian publishes and answers the same queries,
// but it is not one of Debian's images: the twin boots its own Debian 13 for it.
type image struct {
	Name         string
	Description  string
	CreationDate string
}

// The catalogue has an old and a new build, so that a program can tell whether it asks for the newest. They are dated
// as Debian 13.0 and 13.1.
var catalogue = []image{
	{"debian-13-amd64-20250809-0", "Debian 13 (20250809-0)", "2025-08-09T00:00:00.000Z"},
	{"debian-13-amd64-20250906-0", "Debian 13 (20250906-0)", "2025-09-06T00:00:00.000Z"},
}

// rootGB is the size of the images' root snapshot, which is Debian's.
const rootGB = 8

// imageID differs between regions, as EC2's do. It is derived, so that it is the same at every run.
func (a *account) imageID(i image) string {
	return "ami-0" + a.imageSum(i)
}

// snapshotID is the image's root snapshot.
func (a *account) snapshotID(i image) string { return "snap-0" + a.imageSum(i) }

func (a *account) imageSum(i image) string {
	sum := sha256.Sum256([]byte("the twin's " + i.Name + " in " + a.env.Region))
	return hex.EncodeToString(sum[:8])
}

// attributes are what the filters of a query can ask for.
func (a *account) attributes(i image) map[string]string {
	return map[string]string{
		"image-id": a.imageID(i), "name": i.Name, "description": i.Description, "owner-id": debian,
		"architecture": amd64, "virtualization-type": "hvm", "root-device-type": "ebs", "root-device-name": "/dev/xvda",
		"hypervisor": "xen", "image-type": "machine", "state": "available", "is-public": "true", "ena-support": "true",
		"creation-date": i.CreationDate,
	}
}

var imageForm = regexp.MustCompile(`^ami-([0-9a-f]{8}|[0-9a-f]{17})$`)

func (a *account) needImage(id string) (image, error) {
	if !imageForm.MatchString(id) {
		return image{}, refuse("InvalidAMIID.Malformed", "Invalid id: %q (expecting \"ami-...\")", id)
	}
	for _, i := range catalogue {
		if a.imageID(i) == id {
			return i, nil
		}
	}
	return image{}, refuse("InvalidAMIID.NotFound", "The image id '[%s]' does not exist", id)
}

type filter struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

type getAmiArgs struct {
	Owners            []string `json:"owners,omitempty"`
	MostRecent        *bool    `json:"mostRecent,omitempty"`
	NameRegex         string   `json:"nameRegex,omitempty"`
	Filters           []filter `json:"filters,omitempty"`
	IncludeDeprecated *bool    `json:"includeDeprecated,omitempty"`
}

type getAmiResult struct {
	getAmiArgs
	ID                 string `json:"id"`
	ImageID            string `json:"imageId"`
	ARN                string `json:"arn"`
	Name               string `json:"name"`
	Description        string `json:"description"`
	OwnerID            string `json:"ownerId"`
	ImageLocation      string `json:"imageLocation"`
	CreationDate       string `json:"creationDate"`
	Architecture       string `json:"architecture"`
	VirtualizationType string `json:"virtualizationType"`
	RootDeviceType     string `json:"rootDeviceType"`
	RootDeviceName     string `json:"rootDeviceName"`
	Hypervisor         string `json:"hypervisor"`
	ImageType          string `json:"imageType"`
	State              string `json:"state"`
	Public             bool   `json:"public"`
	ENASupport         bool   `json:"enaSupport"`
}

func (a *account) getAmi() cloud.Invoke {
	return cloud.Function[getAmiArgs, getAmiResult]{
		Token: "aws:ec2/getAmi:getAmi",
		Call: func(_ context.Context, in getAmiArgs) (getAmiResult, error) {
			found, err := a.images(in)
			switch {
			case err != nil:
				return getAmiResult{}, err
			case len(found) == 0:
				return getAmiResult{}, errors.New("Your query returned no results. Please change your search criteria and try again.")
			case len(found) > 1 && !or(in.MostRecent, false):
				return getAmiResult{}, errors.New("Your query returned more than one result. Please try a more specific search criteria, " +
					"or set `most_recent` attribute to true.")
			}
			newest := slices.MaxFunc(found, func(x, y image) int { return cmp.Compare(x.CreationDate, y.CreationDate) })
			at := a.attributes(newest)
			return getAmiResult{
				getAmiArgs: in, ID: at["image-id"], ImageID: at["image-id"], ARN: "arn:aws:ec2:" + a.env.Region + "::image/" + at["image-id"],
				Name: newest.Name, Description: newest.Description, OwnerID: debian, ImageLocation: "amazon/" + newest.Name,
				CreationDate: newest.CreationDate, Architecture: at["architecture"], VirtualizationType: at["virtualization-type"],
				RootDeviceType: at["root-device-type"], RootDeviceName: at["root-device-name"], Hypervisor: at["hypervisor"],
				ImageType: at["image-type"], State: at["state"], Public: true, ENASupport: true,
			}, nil
		},
	}
}

// images lists what a query asks for.
func (a *account) images(in getAmiArgs) ([]image, error) {
	name, err := regexp.Compile(in.NameRegex)
	if err != nil {
		return nil, err
	}
	var found []image
	for _, i := range catalogue {
		matches := name.MatchString(i.Name) && (len(in.Owners) == 0 || slices.Contains(in.Owners, debian))
		attributes := a.attributes(i)
		for _, f := range in.Filters {
			value, known := attributes[f.Name]
			if !known {
				return nil, refuse("InvalidParameterValue", "The filter '%s' is invalid; the twin knows %q", f.Name, slices.Sorted(maps.Keys(attributes)))
			}
			matches = matches && slices.ContainsFunc(f.Values, func(pattern string) bool {
				ok, err := path.Match(pattern, value) // EC2's wildcards are * and ?, too
				return err == nil && ok
			})
		}
		if matches {
			found = append(found, i)
		}
	}
	return found, nil
}
