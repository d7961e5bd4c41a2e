package awsauth

import "crosscloud/infra/twin/state"

// RoleOf returns the name of the role that instances with the profile have: "" if none, or as long as the first one has
// not taken effect.
func (v *Verifier) RoleOf(p state.InstanceProfile) string {
	return p.RoleHistory.InForce(p.Role, v.now())
}

// TrustsEC2 says whether an instance may have the role's credentials.
func (v *Verifier) TrustsEC2(r state.Role) bool {
	return trustsEC2(r.TrustHistory.InForce(r.TrustPolicy, v.now()))
}
