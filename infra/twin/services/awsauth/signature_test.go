package awsauth

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// The requests and signatures are AWS's own: the first two of its version 4 test suite, the third of S3's API reference.
func TestSignaturesThatAWSPublishes(t *testing.T) {
	for _, tc := range []struct{ name, url, date, secret, authorization, extra, extraValue string }{
		{
			"get-vanilla", "https://example.amazonaws.com/", "20150830T123600Z", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
			"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
			"", "",
		},
		{
			"get-vanilla-query-order-key-case", "https://example.amazonaws.com/?Param2=value2&Param1=value1", "20150830T123600Z", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
			"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
			"", "",
		},
		{
			"S3's get object", "https://examplebucket.s3.amazonaws.com/test.txt", "20130524T000000Z", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
			"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
			"Range", "bytes=0-9",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, tc.url, nil)
			r.Header.Set("X-Amz-Date", tc.date)
			r.Header.Set("Authorization", tc.authorization)
			if tc.extra != "" {
				r.Header.Set(tc.extra, tc.extraValue)
				r.Header.Set("X-Amz-Content-Sha256", emptyHash)
			}
			s, err := parseSignature(r)
			require.NoError(t, err)
			assert.True(t, s.matches(r, tc.secret, emptyHash))
			assert.False(t, s.matches(r, tc.secret+"x", emptyHash))
			r.Method = http.MethodPost
			assert.False(t, s.matches(r, tc.secret, emptyHash))
		})
	}
}

func TestParseSignatureNamesWhatIsWrong(t *testing.T) {
	const good = "AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/ssm/aws4_request, SignedHeaders=host;x-amz-date, Signature=00"
	for _, tc := range []struct {
		authorization, date string
		want                Code
	}{
		{"", "20150830T123600Z", MissingToken},
		{"Bearer x", "20150830T123600Z", Malformed},
		{"AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/ssm/aws4_request, SignedHeaders=host", "20150830T123600Z", Malformed},
		{"AWS4-HMAC-SHA256 Credential=A/ssm, SignedHeaders=host, Signature=00", "20150830T123600Z", Malformed},
		{"AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/ssm/aws4_request, SignedHeaders=x-amz-date, Signature=00", "20150830T123600Z", Malformed},
		{good, "", Malformed},
		{good, "20150831T123600Z", Malformed},
	} {
		r := httptest.NewRequest(http.MethodPost, "https://ssm.us-east-1.amazonaws.com/", nil)
		r.Header.Set("Authorization", tc.authorization)
		r.Header.Set("X-Amz-Date", tc.date)
		_, err := parseSignature(r)
		var e *Error
		require.ErrorAs(t, err, &e, tc.authorization)
		assert.Equal(t, tc.want, e.Code, tc.authorization)
	}
}

func TestEscape(t *testing.T) {
	assert.Equal(t, "/a%20b/%2B%3D%26~", escape("/a b/+=&~", true))
	assert.Equal(t, "%2Fa", escape("/a", false))
	assert.Equal(t, "a=&a=%2B&b=x%2Fy", canonicalQuery("b=x/y&a=%2b&a"))
}
