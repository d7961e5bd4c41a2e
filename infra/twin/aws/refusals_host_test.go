package aws

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/services/ecr"
	"crosscloud/infra/twin/services/s3"
	"crosscloud/infra/twin/services/servicestest"
	"crosscloud/infra/twin/services/ssm"
	"crosscloud/infra/twin/state"
)

// refusedHost is what the services refuse of a host whose role the provider has made.
func refusedHost(f *fixture) []refused {
	twin := servicestest.New(f.t)
	f.store, f.account.env.Store = twin.Store, twin.Store
	f.identity()
	f.MustUp(rolePolicyToken, "policy", values{"name": "web", "role": "web", "policy": readOne})
	f.MustUp(parameterToken, "one", values{"name": "one", "type": "String", "value": "v"})
	f.MustUp(bucketToken, "bundles", values{"bucket": "bundles"})
	f.MustUp(repositoryToken, "app", values{"name": "app", "imageTagMutability": "IMMUTABLE"})

	log := slog.New(slog.DiscardHandler)
	host := twin.Credentials()
	everything := state.Role{Name: "admin", ID: "AROAADMIN", Policies: map[string]string{
		"all": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`}}
	require.NoError(f.t, state.Put(twin.Store, "admin", everything))
	admin, err := twin.Verifier.RoleCredentials(everything, servicestest.Instance)
	require.NoError(f.t, err)
	parameters := twin.Serve(ssm.New(twin.Store, twin.Mint, twin.Verifier, servicestest.Account, servicestest.Region, log, twin.Now))
	call := func(c awsauth.Credentials, operation, input string) func() error {
		return func() error {
			a := twin.Curl(parameters, c, "ssm", "ssm.us-east-1.amazonaws.com", "/", "--header", "X-Amz-Target: AmazonSSM."+operation,
				"--header", "Content-Type: application/x-amz-json-1.1", "--data", input)
			return answered(a.Status, a.Body)
		}
	}
	objects, err := f.account.objects()
	require.NoError(f.t, err)
	buckets := twin.Serve(s3.New(twin.Verifier, objects, "s3.us-east-1.amazonaws.com", log))
	registry := ecr.New(twin.Store, twin.Mint, twin.Verifier, servicestest.Account, servicestest.Region, log, twin.Now)
	image := func(method, reference, body string) error {
		password, _, err := ecr.Password(twin.Mint, twin.Verifier.Operator(), twin.Now())
		require.NoError(f.t, err)
		r := httptest.NewRequest(method, "https://"+registry.Host()+"/v2/app/manifests/"+reference, strings.NewReader(body))
		r.SetBasicAuth(ecr.User, password)
		r.Header.Set("Content-Type", "application/vnd.oci.image.index.v1+json")
		w := httptest.NewRecorder()
		registry.ServeRegistry(w, r)
		return answered(w.Code, w.Body.String())
	}
	require.ErrorContains(f.t, call(host, "GetParameter", `{"Name":"one"}`)(), "400 AccessDeniedException", "what the role may only soon")
	twin.Clock = time.Now().Add(state.Propagation)
	require.NoError(f.t, call(host, "GetParameter", `{"Name":"one"}`)(), "what the role may")

	denied := iamGuide + "troubleshoot_access-denied.html"
	user := "User: arn:aws:sts::111122223333:assumed-role/web/" + servicestest.Instance + " is not authorized to perform: "
	pull := "https://repost.aws/knowledge-center/ecs-pull-container-api-error-ecr"
	return []refused{
		// The protocol of Systems Manager has the status 400 here, too; S3's and the registry's have 403.
		{"permission missing", denied, "", nil, call(host, "GetParameter", `{"Name":"two"}`), "400 AccessDeniedException", user +
			"ssm:GetParameter on resource: arn:aws:ssm:us-east-1:111122223333:parameter/two because no identity-based policy allows the ssm:GetParameter action"},
		{"permission to read only", denied, "", nil, call(host, "PutParameter", `{"Name":"one","Value":"w","Type":"String","Overwrite":true}`), "400 AccessDeniedException",
			user + "ssm:PutParameter on resource: arn:aws:ssm:us-east-1:111122223333:parameter/one"},
		{"permission missing on S3", denied, "", nil, func() error {
			a := twin.Curl(buckets, host, "s3", "bundles.s3.us-east-1.amazonaws.com", "/one.tar.gz", "--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD")
			return answered(a.Status, a.Body)
		}, "403 AccessDenied", user + "s3:GetObject on resource: arn:aws:s3:::bundles/one.tar.gz because no identity-based policy allows the s3:GetObject action"},
		{"parameter that is not there", ssmAPI + "API_GetParameter.html", "", nil, call(admin, "GetParameter", `{"Name":"/none"}`), "400 ParameterNotFound", noWords},
		{"value of a host over 4 KiB", github + "aws/aws-sdk-net/issues/3157", "", nil,
			call(admin, "PutParameter", `{"Name":"/status","Type":"String","Value":"`+strings.Repeat("x", 4097)+`"}`), "400 ValidationException", longValue},
		{"another parameter in the value of a host", ssmAPI + "API_PutParameter.html", "", nil,
			call(admin, "PutParameter", `{"Name":"/status","Type":"String","Value":"{{one}}"}`), "400 ValidationException",
			`Parameter value can't nest another parameter. Do not use "{{}}" in the value.`},
		{"image of an unknown digest", pull, "", nil, func() error { return image(http.MethodGet, "sha256:"+strings.Repeat("0", 64), "") },
			"404 MANIFEST_UNKNOWN", "Requested image not found"},
		{"immutable tag pushed twice", github + "osscontainertools/kaniko/pull/204", "", nil, func() error {
			const index = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}`
			require.NoError(f.t, image(http.MethodPut, "v1", index))
			return image(http.MethodPut, "v1", index)
		}, "400 TAG_INVALID", "The image tag 'v1' already exists in the 'app' repository and cannot be overwritten because the tag is immutable."},
		{"role made anew", denied, "", nil, func() error {
			old := twin.Credentials()
			role, err := state.Get[state.Role](twin.Store, "web")
			require.NoError(f.t, err)
			role.ID = "AROAANOTHER"
			require.NoError(f.t, state.Put(twin.Store, "web", role))
			return call(old, "GetParameter", `{"Name":"one"}`)()
		}, "400 AccessDeniedException", user + "ssm:GetParameter on resource: arn:aws:ssm:us-east-1:111122223333:parameter/one because "},
	}
}

// answer finds the code and the message of an error in each of the services' formats.
var answer = regexp.MustCompile(`^\{"__type":"(\w+)","message":"(.*)"\}\s*$|^\{"errors":\[\{"code":"(\w+)","message":"(.*?)"|<Code>(\w+)</Code><Message>(.*?)</Message>`)

// answered makes an error of an answer that is one, in the form that the rows expect.
func answered(status int, body string) error {
	if status < 300 {
		return nil
	}
	found := answer.FindStringSubmatch(body)
	if found == nil {
		return fmt.Errorf("HTTP %d without a code: %s", status, body)
	}
	message := strings.NewReplacer(`\"`, `"`, "&#34;", `"`, "&#39;", "'").Replace(found[2] + found[4] + found[6])
	return fmt.Errorf("api error %d %s%s%s: %s", status, found[1], found[3], found[5], message)
}
