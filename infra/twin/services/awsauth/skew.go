package awsauth

import (
	"fmt"
	"time"
)

// maxSkew is how far a client's clock may be off from a service's, in minutes, and so how long a signed request is good for. Systems
// Manager is stricter (https://github.com/aws/aws-sdk-net/issues/1506) than ECR (https://github.com/upmc-enterprises/registry-creds/issues/24)
// and S3 (RequestTimeTooSkewed in https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
func maxSkew(service string) int {
	if service == "ssm" {
		return 5
	}
	return 15
}

// checkTime refuses a request that was signed too long before the service's clock says now, or after.
func checkTime(service string, signed, now time.Time) error {
	minutes := maxSkew(service)
	limit := time.Duration(minutes) * time.Minute
	earliest, latest := now.Add(-limit), now.Add(limit)
	text := func(t time.Time) string { return t.UTC().Format(timeFormat) }
	refused := &Error{Code: Skewed}
	switch early, late := signed.Before(earliest), signed.After(latest); {
	case !early && !late:
		return nil
	case service == "s3":
		refused.Message = "The difference between the request time and the current time is too large."
	case early:
		refused.Message = fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - %d min.)", text(signed), text(earliest), text(now), minutes)
	default:
		refused.Message = fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + %d min.)", text(signed), text(latest), text(now), minutes)
	}
	return refused
}
