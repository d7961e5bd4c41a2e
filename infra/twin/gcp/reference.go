package gcp

import (
	"fmt"
	"strings"
)

// apiRoot leads the self links of Compute Engine.
const apiRoot = "https://www.googleapis.com/compute/v1/"

func selfLink(id string) string { return apiRoot + id }

// A program may refer to a resource by its self link, by its id, which is the self link's end, or by its name alone.
// These make ids of all three; the place is where a bare name is looked for.

func (g *gcp) global(collection, ref string) string {
	return g.reference("global", collection, ref)
}

func (g *gcp) regional(region, collection, ref string) string {
	return g.reference("regions/"+region, collection, ref)
}

func (g *gcp) zonal(zone, collection, ref string) string {
	return g.reference("zones/"+zone, collection, ref)
}

func (g *gcp) reference(place, collection, ref string) string {
	if _, id, found := strings.Cut(ref, "projects/"); found {
		return "projects/" + id
	}
	if strings.Contains(ref, "/") {
		return fmt.Sprintf("projects/%s/%s", g.project, ref)
	}
	return fmt.Sprintf("projects/%s/%s/%s/%s", g.project, place, collection, ref)
}

// part returns what follows a word in an id: the zone in "projects/P/zones/Z/disks/D".
func part(id, word string) string {
	fields := strings.Split(id, "/")
	for i := 0; i+1 < len(fields); i++ {
		if fields[i] == word {
			return fields[i+1]
		}
	}
	return ""
}
