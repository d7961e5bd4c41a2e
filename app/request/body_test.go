package request

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
)

func TestBody(t *testing.T) {
	const form, json = "application/x-www-form-urlencoded", "application/json"
	for _, c := range []struct {
		mediaType, sent, encoding string
		body                      io.Reader
		err                       error
	}{
		{form, form, "", strings.NewReader("todo=x"), nil},
		{json, json, "", strings.NewReader("{}"), nil},
		{json, json + "; charset=UTF-8", "", strings.NewReader("{}"), nil},
		{json, "Application/JSON; Charset=utf-8", "", strings.NewReader("{}"), nil},
		{json, json, "", strings.NewReader(""), nil},
		{json, json, "", strings.NewReader(strings.Repeat(" ", MaxBody)), nil},

		{form, json, "", strings.NewReader("todo=x"), ErrType},
		{json, form, "", strings.NewReader("{}"), ErrType},
		{json, "", "", strings.NewReader("{}"), ErrType},
		{json, json + "; charset=utf-16", "", strings.NewReader("{}"), ErrType},
		{json, json + "; =", "", strings.NewReader("{}"), ErrType},
		{json, json, "gzip", strings.NewReader("{}"), ErrType},
		{json, json, "", strings.NewReader(strings.Repeat(" ", MaxBody+1)), ErrTooLarge},
		{json, json, "", iotest.TimeoutReader(iotest.HalfReader(strings.NewReader("{}"))), ErrCutOff},
	} {
		r := httptest.NewRequest("POST", "/", c.body)
		r.Header.Set("Content-Type", c.sent)
		if c.encoding != "" {
			r.Header.Set("Content-Encoding", c.encoding)
		}
		_, err := Body(httptest.NewRecorder(), r, c.mediaType)
		assert.Equal(t, c.err, err, "%+v", c)
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader("whole"))
	r.Header.Set("Content-Type", form)
	body, err := Body(httptest.NewRecorder(), r, form)
	assert.NoError(t, err)
	assert.Equal(t, "whole", string(body))
}
