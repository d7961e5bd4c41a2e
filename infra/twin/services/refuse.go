package services

import (
	"net/http"
	"strings"

	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/services/ecr"
	"crosscloud/infra/twin/services/gcpauth"
	"crosscloud/infra/twin/services/gcs"
)

// onPurpose is the message of a refusal that a fault asks for.
const onPurpose = "The twin has a fault on record for this host."

// refuse answers as the service of the request's host name would.
func (h *hosts) refuse(w http.ResponseWriter, r *http.Request, status int) {
	host := hostName(r)
	match := awsHost.FindStringSubmatch(host)
	switch {
	case match != nil:
		refuseAWS(w, r, match[1]+match[2], status)
	case host == storageHost:
		download := r.URL.Query().Get("alt") == "media"
		gcs.WriteError(w, h.parts.log, download, &gcs.Error{HTTP: status, Reason: storageReason(status), Message: onPurpose})
	default:
		gcpauth.WriteError(w, h.parts.log, &gcpauth.Error{HTTP: status, Status: googleStatus(status), Message: onPurpose})
	}
}

func refuseAWS(w http.ResponseWriter, r *http.Request, service string, status int) {
	switch code := awsCode(status); service {
	case "s3":
		awsauth.WriteS3Error(w, r, status, code, onPurpose)
	case "ssm", "api.ecr":
		if code == "AccessDenied" || code == "Throttling" {
			code += "Exception" // as the JSON protocols call them
		}
		awsauth.WriteJSONError(w, status, code, onPurpose)
	default: // the registry
		ecr.WriteRegistryError(w, status, strings.ToUpper(code), onPurpose)
	}
}

// refuse answers in plain text: clients of metadata servers look at the status only.
func (m *metadata) refuse(w http.ResponseWriter, _ *http.Request, status int) {
	http.Error(w, onPurpose, status)
}

// awsCode is the error that goes with a status, as far as it is one of
// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html.
func awsCode(status int) string {
	switch status {
	case http.StatusBadRequest, http.StatusTooManyRequests:
		return "Throttling"
	case http.StatusForbidden:
		return "AccessDenied"
	case http.StatusInternalServerError:
		return "InternalFailure"
	case http.StatusServiceUnavailable:
		return "ServiceUnavailable"
	}
	return strings.ReplaceAll(http.StatusText(status), " ", "")
}

// storageReason is Cloud Storage's for a status: https://cloud.google.com/storage/docs/json_api/v1/status-codes.
func storageReason(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "invalid"
	case http.StatusUnauthorized:
		return "authError"
	case http.StatusForbidden:
		return "forbidden"
	case http.StatusNotFound:
		return "notFound"
	case http.StatusTooManyRequests:
		return "rateLimitExceeded"
	}
	return "backendError"
}

// googleStatus is the code of https://cloud.google.com/apis/design/errors that goes with a status.
func googleStatus(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "INVALID_ARGUMENT"
	case http.StatusUnauthorized:
		return "UNAUTHENTICATED"
	case http.StatusForbidden:
		return "PERMISSION_DENIED"
	case http.StatusNotFound:
		return "NOT_FOUND"
	case http.StatusTooManyRequests:
		return "RESOURCE_EXHAUSTED"
	case http.StatusInternalServerError:
		return "INTERNAL"
	case http.StatusServiceUnavailable:
		return "UNAVAILABLE"
	case http.StatusGatewayTimeout:
		return "DEADLINE_EXCEEDED"
	}
	return "UNKNOWN"
}
