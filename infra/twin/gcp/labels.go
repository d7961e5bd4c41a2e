package gcp

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
)

// labelOutputs are the outputs of everything that has labels. Those that are in force are the program's own: the twin's
// project adds none.
type labelOutputs struct {
	EffectiveLabels  map[string]string `json:"effectiveLabels"`
	PulumiLabels     map[string]string `json:"pulumiLabels"`
	LabelFingerprint string            `json:"labelFingerprint"`
}

func labelled(labels map[string]string) labelOutputs {
	return labelOutputs{EffectiveLabels: labels, PulumiLabels: labels, LabelFingerprint: fingerprint(labels)}
}

// fingerprint changes when the value changes. Google's is such a short text, too.
func fingerprint(v any) string {
	text, err := json.Marshal(v) // maps and slices of strings have nothing that could fail
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return base64.URLEncoding.EncodeToString(sum[:8])
}

// secretLabels are those that the SDK declares secret, since labels of a provider's settings may be.
var secretLabels = []string{"effectiveLabels", "pulumiLabels"}
