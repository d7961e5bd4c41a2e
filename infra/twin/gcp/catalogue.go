package gcp

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// zones has the regions of https://cloud.google.com/compute/docs/regions-zones with the letters of their zones.
var zones = map[string]string{
	"africa-south1": "abc", "asia-east1": "abc", "asia-east2": "abc", "asia-northeast1": "abc", "asia-northeast2": "abc",
	"asia-northeast3": "abc", "asia-south1": "abc", "asia-south2": "abc", "asia-southeast1": "abc", "asia-southeast2": "abc",
	"australia-southeast1": "abc", "australia-southeast2": "abc", "europe-central2": "abc", "europe-north1": "abc",
	"europe-north2": "abc", "europe-southwest1": "abc", "europe-west1": "bcd", "europe-west2": "abc", "europe-west3": "abc",
	"europe-west4": "abc", "europe-west6": "abc", "europe-west8": "abc", "europe-west9": "abc", "europe-west10": "abc",
	"europe-west12": "abc", "me-central1": "abc", "me-central2": "abc", "me-west1": "abc", "northamerica-northeast1": "abc",
	"northamerica-northeast2": "abc", "northamerica-south1": "abc", "southamerica-east1": "abc", "southamerica-west1": "abc",
	"us-central1": "abcf", "us-east1": "bcd", "us-east4": "abc", "us-east5": "abc", "us-south1": "abc", "us-west1": "abc",
	"us-west2": "abc", "us-west3": "abc", "us-west4": "abc",
}

// regionOf returns the region that a zone lies in, or an error if there is no such zone.
func regionOf(zone string) (string, error) {
	region, letter, _ := cutLast(zone, "-")
	if letters, known := zones[region]; !known || len(letter) != 1 || !strings.Contains(letters, letter) {
		return "", invalidField("zone", zone, "Unknown zone.")
	}
	return region, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// machineTypes are the general-purpose ones of https://cloud.google.com/compute/docs/general-purpose-machines that run
// on amd64. The twin does not model that some zones lack some.
var machineTypes = slices.Concat(
	[]string{"f1-micro", "g1-small", "e2-micro", "e2-small", "e2-medium", "n1-standard-1"},
	sizes("e2-standard", 2, 4, 8, 16, 32), sizes("e2-highmem", 2, 4, 8, 16), sizes("e2-highcpu", 2, 4, 8, 16, 32),
	sizes("n1-standard", 2, 4, 8, 16, 32, 64, 96),
	sizes("n2-standard", 2, 4, 8, 16, 32, 48, 64, 80), sizes("n2-highmem", 2, 4, 8, 16, 32, 48, 64, 80),
	sizes("n2d-standard", 2, 4, 8, 16, 32, 48, 64, 80), sizes("n2d-highmem", 2, 4, 8, 16, 32, 48, 64, 80),
	sizes("t2d-standard", 1, 2, 4, 8, 16, 32, 48, 60),
)

// machineForm is that of all types' names: a series and a word, before the size if there is one. Types of the first series
// with a size of one's own have no series in their name.
var machineForm = regexp.MustCompile(`^(?:custom|([a-z]+[0-9]+[a-z]*)-([a-z]+))(?:-[a-z0-9]+)*$`)

// machineWords are all the words of the series that the twin has, also those of which it has no size. Old names of the memory-
// optimized types begin with n1. https://cloud.google.com/compute/docs/general-purpose-machines and .../memory-optimized-machines
var machineWords = map[string][]string{
	"f1": {"micro"}, "g1": {"small"}, "t2d": {"standard"},
	"e2":  {"micro", "small", "medium", "standard", "highmem", "highcpu", "custom"},
	"n1":  {"standard", "highmem", "highcpu", "custom", "megamem", "ultramem"},
	"n2":  {"standard", "highmem", "highcpu", "custom"},
	"n2d": {"standard", "highmem", "highcpu", "custom"},
}

// mayBeMachineType says whether Google may have a type of this name: the twin has a few of its series only.
func mayBeMachineType(name string) bool {
	parts := machineForm.FindStringSubmatch(name)
	if parts == nil {
		return false
	}
	words, known := machineWords[parts[1]]
	return !known || slices.Contains(words, parts[2])
}

func sizes(family string, cpus ...int) []string {
	var all []string
	for _, n := range cpus {
		all = append(all, fmt.Sprintf("%s-%d", family, n))
	}
	return all
}

// diskTypes are the persistent disks, with the smallest size in GB of each.
// https://cloud.google.com/compute/docs/disks/persistent-disks
var diskTypes = map[string]int{"pd-standard": 10, "pd-balanced": 10, "pd-ssd": 10}

// maxDiskGB is the largest size of a persistent disk.
const maxDiskGB = 65536
