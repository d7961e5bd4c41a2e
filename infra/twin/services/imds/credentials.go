package imds

import (
	"errors"
	"time"

	"crosscloud/infra/twin/state"
)

// credentials is the document that SDKs read. An instance whose role does not trust EC2 gets a failure in it, as it
// does there, and not a refused request.
func (s *Server) credentials(m state.Machine, name string) (string, error) {
	role, err := state.Get[state.Role](s.store, name)
	if err != nil && !errors.Is(err, state.ErrNotFound) {
		return "", err
	}
	if err != nil || !s.verifier.TrustsEC2(role) {
		return document(map[string]string{
			"Code":        "AssumeRoleUnauthorizedAccess",
			"Message":     "EC2 cannot assume the role " + name + ". Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html.",
			"LastUpdated": s.now().UTC().Format(time.RFC3339),
		}), nil
	}
	c, err := s.verifier.RoleCredentials(role, m.ID)
	if err != nil {
		return "", err
	}
	return document(map[string]string{
		"Code":            "Success",
		"LastUpdated":     c.Issued.UTC().Format(time.RFC3339),
		"Type":            "AWS-HMAC",
		"AccessKeyId":     c.AccessKeyID,
		"SecretAccessKey": c.SecretAccessKey,
		"Token":           c.SessionToken,
		"Expiration":      c.Expires.UTC().Format(time.RFC3339),
	}), nil
}
