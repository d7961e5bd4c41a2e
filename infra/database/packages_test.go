package database

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAnArchiveOfNoConcernKeepsNoPackagesAway(t *testing.T) {
	const locked, expired = "E: Unable to lock directory /var/lib/apt/lists/", "E: The repository 'https://packages.cloud.google.com/apt' is not signed."
	const unknown = "E: Unable to locate package postgresql-17"
	for name, c := range map[string]struct{ update, install, says string }{
		"well":                          {"", "", "changed: packages postgresql-17 "},
		"another archive's key expired": {expired, "", "changed: packages postgresql-17 "},
		"no lists":                      {locked, unknown, "failure: apt: " + unknown + " (update: " + locked + ")"},
		"no such package":               {"", unknown, "failure: apt: " + unknown},
		"no words":                      {"", "W: ?", "failure: apt: "},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTestHost(t)
			out, err := h.shell(t, `
				for part in report files packages; do . ./$part.sh; done
				dpkg() { [[ $* != --audit ]] || echo broken; [[ $* == --audit || $* == "--force-confold --configure -a" ]]; }
				dpkg-query() { return 1; }
				apt-get() {
					[[ $* == *" --option Dpkg::Options::=--force-confold "* ]] || return 99
					local says=$UPDATE
					[[ $* == *" update" ]] || says=$INSTALL
					[[ -n $says ]] || return 0
					echo "$says" >&2
					return 100
				}
				trap 'echo "failure: $failure"' EXIT
				UPDATE="`+c.update+`" INSTALL="`+c.install+`"
				install_packages`)
			assert.Contains(t, out, c.says)
			assert.Equal(t, c.install == "", err == nil, out)
		})
	}
}
