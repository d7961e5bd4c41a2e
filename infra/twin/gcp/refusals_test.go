package gcp

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refusal is something that Google Cloud does not do. Most of it the twin refuses before it makes anything; the words
// are still the API's.
type refusal struct {
	name   string
	token  string
	args   object
	code   int    // of the API's answer; 0 where the provider refuses before it asks the API, and so in the preview
	late   bool   // the provider doesn't find it in the preview
	reason string // after the API's message; the newer APIs give none
	want   string // what is said
	source string // the documentation of the rule
	seen   string // who got this answer in these words; where it is empty the rule is Google's and the words are the twin's
}

// answer asserts that the error is the one of the row.
func (r refusal) answer(t *testing.T, err error) {
	t.Helper()
	require.Regexp(t, "^https://", r.source, "a row needs its source")
	require.NotEmpty(t, r.want)
	assert.Empty(t, r.mismatch(err))
}

// mismatch says in which way an error is not the row's answer, and nothing if it is.
func (r refusal) mismatch(err error) string {
	if err == nil {
		return "it is not refused"
	}
	text := err.Error()
	if r.code == 0 {
		if strings.Contains(text, "googleapi: ") || !strings.Contains(text, r.want) {
			return "the provider says " + text
		}
		return ""
	}
	_, message, found := strings.Cut(text, fmt.Sprintf("googleapi: Error %d: ", r.code))
	switch {
	case !found:
		return "another code: " + text
	case !strings.Contains(message, r.want):
		return "another message: " + message
	case r.reason != "" && !strings.HasSuffix(message, ", "+r.reason):
		return "another reason: " + message
	}
	return ""
}

func TestARowCanFail(t *testing.T) {
	t.Parallel()
	answer := func(text string) error { return fmt.Errorf("Error creating it: %w", errors.New(text)) }
	google := refusal{code: 400, reason: "invalid", want: "Unknown zone."}
	newer := refusal{code: 400, want: "Unknown zone."}
	own := refusal{want: "expected a zone"}
	for name, test := range map[string]struct {
		row  refusal
		err  error
		says string
	}{
		"Google's answer":           {google, answer("googleapi: Error 400: Unknown zone., invalid"), ""},
		"no refusal":                {google, nil, "not refused"},
		"another code":              {google, answer("googleapi: Error 404: Unknown zone., invalid"), "another code"},
		"no code":                   {google, answer("Unknown zone., invalid"), "another code"},
		"other words":               {google, answer("googleapi: Error 400: Unknown region., invalid"), "another message"},
		"words before the code":     {google, answer("Unknown zone. googleapi: Error 400: no, invalid"), "another message"},
		"a longer reason":           {google, answer("googleapi: Error 400: Unknown zone., invalidArgument"), "another reason"},
		"no reason":                 {google, answer("googleapi: Error 400: Unknown zone."), "another reason"},
		"none for none":             {newer, answer("googleapi: Error 400: Unknown zone."), ""},
		"the provider's":            {own, answer("zone: expected a zone"), ""},
		"the provider's of Google":  {own, answer("googleapi: Error 400: expected a zone, invalid"), "the provider says"},
		"the provider's in another": {own, answer("zone: unknown"), "the provider says"},
	} {
		got := test.row.mismatch(test.err)
		assert.Equal(t, test.says == "", got == "", "%s: %s", name, got)
		assert.Contains(t, got, test.says, name)
	}
}

// refuse tries every row on the same project, in which nothing may come of it.
func (p project) refuse(t *testing.T, rows []refusal) {
	t.Helper()
	before := p.known(t)
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			if r.code == 0 && !r.late {
				_, err := p.Preview(r.token, "refused", r.args)
				r.answer(t, err)
			}
			_, err := p.Up(r.token, "refused", r.args)
			r.answer(t, err)
			assert.Equal(t, before, p.known(t))
		})
	}
}

// known is all that the cloud keeps: the files of its store, and the disks.
func (p project) known(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{"disks": fmt.Sprint(p.machines.Disks())}
	require.NoError(t, filepath.WalkDir(p.store.Dir(), func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // nothing at all
		}
		if err == nil && entry.Type().IsRegular() {
			var content []byte
			content, err = os.ReadFile(path)
			all[path] = string(content)
		}
		return err
	}))
	delete(all, filepath.Join(p.store.Dir(), ".lock"))
	return all
}

// with returns the arguments with changes.
func with(args, changes object) object {
	args = maps.Clone(args)
	maps.Copy(args, changes)
	return args
}

// many makes as many labels.
func many(n int) object {
	all := object{}
	for i := range n {
		all[fmt.Sprintf("label-%d", i)] = "x"
	}
	return all
}

// TestRefusals has what is refused because the program left something out, or because the twin doesn't have it, and what
// no published answer is known for.
func TestRefusals(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	network := p.Get("network").ID
	rule := func(changes object) object { return with(p.rule(), with(object{"name": "refused"}, changes)) }
	allow := func(protocol string, ports ...any) object {
		return rule(object{"allows": []any{object{"protocol": protocol, "ports": ports}}})
	}
	for _, test := range []struct {
		token string
		args  object
		want  string
	}{
		{serviceToken, object{}, `"service" is required`},
		{serviceToken, object{"service": "dns.googleapis.com"}, "the twin knows the APIs cloudresourcemanager.googleapis.com, compute.googleapis.com,"},

		{networkToken, object{"name": "net"}, "set autoCreateSubnetworks to false"},
		{networkToken, object{"name": "net", "autoCreateSubnetworks": false, "routingMode": "LOCAL"}, "expected routingMode to be one of"},

		{subnetToken, object{"name": "s", "network": network}, `"ipCidrRange" is required`},

		{addressToken, object{"name": "ip", "addressType": "PUBLIC"}, "expected addressType to be one of"},
		{addressToken, object{"name": "ip", "networkTier": "GOLD"}, "expected networkTier to be one of"},

		{firewallToken, allow("6", "22"), "the twin's firewall knows tcp, udp, icmp and all, not 6"},
		{firewallToken, allow("esp"), "the twin's firewall knows tcp, udp, icmp and all"},
		{firewallToken, rule(object{"sourceRanges": []any{}}), "one of source_tags, source_ranges"},
		{firewallToken, rule(object{"direction": "IN"}), "expected direction to be one of"},
		{firewallToken, rule(object{"network": "none"}), "networks/none' was not found"},
		{firewallToken, rule(object{"allows": []any{}}), `one of "allows" and "denies" must be specified`},
		{firewallToken, rule(object{"denies": []any{}}), "denies: Invalid or unknown key"},

		{diskToken, object{"name": "d", "type": "ssd"}, "the twin's disk types are"},

		{accountToken, object{"accountId": "other-host", "disabled": true}, "always enabled"},

		{secretToken, object{"secretId": "k"}, `"replication" is required`},
		{secretToken, object{"secretId": "k", "replication": object{}}, "at least one replica is needed"},
		{secretToken, object{"secretId": "k", "replication": object{"auto": object{}}}, "replication.auto: Invalid or unknown key"},
		{secretToken, object{"secretId": "k", "replication": object{"userManaged": object{"replicas": []any{object{"location": "mars"}}}}}, `Unknown region "mars".`},
		{readerToken, object{"secretId": p.MustUp(secretToken, "key", object{"secretId": "key", "replication": replicas}).ID,
			"role": "roles/viewer", "member": "user:a@example.com"}, "the twin does not know the role roles/viewer: here it grants roles/secretmanager.admin,"},
		{readerToken, object{"secretId": "key", "role": "secretAccessor", "member": "user:a@example.com"}, "is not a role"},
		{versionToken, object{"secret": "key", "secretData": "x"}, "projects/PROJECT/secrets/SECRET"},

		{"gcp:compute/router:Router", object{}, `provider gcp of the twin does not have the resource type "gcp:compute/router:Router"`},
	} {
		_, err := p.Up(test.token, "refused", test.args)
		assert.ErrorContains(t, err, test.want)
	}
	_, err := p.Call("gcp:compute/getZones:getZones", object{})
	require.ErrorContains(t, err, `does not have the function "gcp:compute/getZones:getZones"`)
}
