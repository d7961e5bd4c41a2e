package tls

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"crosscloud/infra/twin/cloud"
)

// Validity are the outputs that say how long a certificate lives.
type Validity struct {
	ValidityStartTime string `json:"validityStartTime"`
	ValidityEndTime   string `json:"validityEndTime"`
	ReadyForRenewal   bool   `json:"readyForRenewal"`
}

func newValidity(now time.Time, hours, earlyRenewalHours int) Validity {
	end := now.Add(time.Duration(hours) * time.Hour)
	v := Validity{ValidityStartTime: now.Format(time.RFC3339), ValidityEndTime: end.Format(time.RFC3339)}
	v.ReadyForRenewal = v.due(now, earlyRenewalHours)
	return v
}

// due reports whether the certificate has expired or will within the hours of early renewal. The provider then
// replaces it at the next update, whatever its arguments.
func (v Validity) due(now time.Time, earlyRenewalHours int) bool {
	end, err := time.Parse(time.RFC3339, v.ValidityEndTime)
	return err == nil && !now.Before(end.Add(-time.Duration(earlyRenewalHours)*time.Hour))
}

func checkValidity(hours, earlyRenewalHours int) []cloud.Failure {
	var failures []cloud.Failure
	for property, value := range map[string]int{"validityPeriodHours": hours, "earlyRenewalHours": earlyRenewalHours} {
		if value < 0 {
			failures = append(failures, cloud.Failure{Property: property, Reason: fmt.Sprintf("value must be at least 0, got: %d", value)})
		}
	}
	return failures
}

// newSerial draws 128 bits, so that no authority has to remember what it has issued.
func newSerial() (*big.Int, error) {
	return rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 128))
}

// renewal names the output whose turn forces a replacement, if it has turned.
func renewal(v Validity, earlyRenewalHours int) []string {
	if v.due(time.Now(), earlyRenewalHours) {
		return []string{"readyForRenewal"}
	}
	return nil
}
