package images

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestArchiveTakesTheMirrorsOfThisMachine(t *testing.T) {
	a := archive{main: "http://deb.debian.org/debian", security: "http://deb.debian.org/debian-security"}
	a.addresses("main bookworm http://mirror.example/debian/\n" +
		"main bookworm-security http://mirror.example/debian-security/\n" +
		"main nodistro https://packages.example/node/\n" +
		"contrib bookworm http://other.example/debian/\n")
	assert.Equal(t, "http://mirror.example/debian", a.main)
	assert.Equal(t, "http://mirror.example/debian-security", a.security)
	assert.Contains(t, a.sources(), "URIs: http://mirror.example/debian\nSuites: trixie trixie-updates\n")
	assert.Contains(t, a.sources(), "URIs: http://mirror.example/debian-security\nSuites: trixie-security\n")
}

func TestOnlyWhatReachesTheArchiveIsKeptOfApt(t *testing.T) {
	assert.Equal(t, "// As on the machine that the twin runs on.\n"+
		"Acquire::http::Proxy \"http://proxy.example:3128\";\nAcquire::Check-Valid-Until \"false\";\n",
		aptOptions("APT::Architecture \"amd64\";\nAcquire::http::Proxy \"http://proxy.example:3128\";\n"+
			"Acquire::Languages \"none\";\nAcquire::Check-Valid-Until \"false\";\n"))
}
