package hoststatus

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

var now = time.Date(2026, 11, 23, 20, 1, 0, 0, time.UTC)

func TestReportShowsEverythingThatTheHostSaid(t *testing.T) {
	s := Status{
		Revision: "0123456789abcdef", State: Retrying, Time: "2026-11-23T20:00:18Z",
		Hops:   []Hop{{Name: "seen", OK: true}, {Name: "agent", OK: true}, {Name: "disk", Detail: "not attached"}},
		Digest: "sha256:42", Versions: map[string]string{"postgresql": "17.6", "debian": "13.2"},
		Operations: []Operation{{"one", "restart", "failed", "exit code 1", "2026-11-23T19:00:00Z"}, {"two", "restart", "done", "", "2026-11-23T19:30:00Z"}},
		Error:      "exit code 1", Log: "a\nb\n",
	}
	var text strings.Builder
	assert.False(t, s.Report(&text, "database", "0123456789abcdef", now))
	assert.Equal(t, `database: retrying 0123456789ab, as asked (the last run failed; it tries again by itself)
  said        42s ago, at 2026-11-23 20:00:18 UTC
  done        seen, agent
  not done    disk: not attached
  error       exit code 1
  image       sha256:42
  versions    debian 13.2, postgresql 17.6
  operation   one (restart): failed 2026-11-23T19:00:00Z: exit code 1
  operation   two (restart): done 2026-11-23T19:30:00Z
  log         a
              b
`, text.String())
}

func TestReportJudges(t *testing.T) {
	fresh, old := "2026-11-23T20:00:50Z", "2026-11-23T19:45:50Z"
	for verdict, test := range map[string]struct {
		status Status
		well   bool
	}{
		"x: serving new, as asked":                         {Status{Revision: "new", State: Serving, Time: fresh}, true},
		"x: converging new, as asked (a run is under way)": {Status{Revision: "new", State: Converging, Time: fresh}, false},
		"x: failed new, as asked (it gave up, and tries again when the next `pulumi up` changes what is asked for)":    {Status{Revision: "new", State: Failed, Time: fresh}, false},
		"x: waiting new, as asked (the database does not answer, or a first release is bad; it tries again by itself)": {Status{Revision: "new", State: Waiting, Time: fresh}, false},
		"x: serving old; asked for new":                                  {Status{Revision: "old", State: Serving, Time: fresh}, false},
		"x: serving new, as asked; silent since 2026-11-23 19:45:50 UTC": {Status{Revision: "new", State: Serving, Time: old}, false},
		"x: has not said anything yet; asked for new":                    {Status{}, false},
	} {
		var text strings.Builder
		assert.Equal(t, test.well, test.status.Report(&text, "x", "new", now), verdict)
		first, _, _ := strings.Cut(text.String(), "\n")
		assert.Equal(t, verdict, first)
	}
}

func TestAHostWhoseClockIsFastIsToldSo(t *testing.T) {
	s := Status{Time: "2026-11-23T21:01:00Z"}
	assert.Equal(t, "at 2026-11-23 21:01:00 UTC by its clock, which is 1h0m0s ahead of the one here", s.age(now))
}
