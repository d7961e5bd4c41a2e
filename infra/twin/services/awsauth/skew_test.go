package awsauth

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestHowFarAClockMayBeOff(t *testing.T) {
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		service string
		off     time.Duration
		says    string
	}{
		{"ssm", 5 * time.Minute, ""},
		{"ssm", -5 * time.Minute, ""},
		{"ssm", -8 * time.Minute, "Signature expired: 20260102T115200Z is now earlier than 20260102T115500Z (20260102T120000Z - 5 min.)"},
		{"ssm", 8 * time.Minute, "Signature not yet current: 20260102T120800Z is still later than 20260102T120500Z (20260102T120000Z + 5 min.)"},
		{"ecr", -14 * time.Minute, ""},
		{"ecr", -16 * time.Minute, "Signature expired: 20260102T114400Z is now earlier than 20260102T114500Z (20260102T120000Z - 15 min.)"},
		{"s3", 14 * time.Minute, ""},
		{"s3", 16 * time.Minute, "The difference between the request time and the current time is too large."},
		{"s3", -16 * time.Minute, "The difference between the request time and the current time is too large."},
	} {
		err := checkTime(test.service, now.Add(test.off), now)
		if test.says == "" {
			assert.NoError(t, err, "%s %s", test.service, test.off)
		} else {
			assert.EqualError(t, err, test.says)
		}
	}
}
