package state

import "time"

// Machine is a VM of either cloud. Its id in the store is an EC2 instance id, or projects/P/zones/Z/instances/N.
type Machine struct {
	ID    string `json:"id"`    // what the VM itself reads as its id: i-… on AWS, a number on GCP
	Cloud string `json:"cloud"` // AWS or GCP
	Name  string `json:"name"`
	// Container is the name of the container that plays the VM.
	Container      string `json:"container"`
	Address        string `json:"address,omitempty"` // public IPv4, or empty
	PrivateAddress string `json:"privateAddress,omitempty"`
	Hostname       string `json:"hostname,omitempty"`
	Region         string `json:"region"`
	Zone           string `json:"zone"`
	Type           string `json:"type"`
	Image          string `json:"image"`

	// UserData is what the instance was given, not encoded (AWS).
	UserData string `json:"userData,omitempty"`
	// Metadata has the instance's own attributes (GCP).
	Metadata map[string]string `json:"metadata,omitempty"`
	// Identity is the instance profile's name (AWS) or the service account's email (GCP); empty when the VM has none.
	Identity string `json:"identity,omitempty"`
	// Scopes are the OAuth scopes of the service account's tokens (GCP).
	Scopes []string          `json:"scopes,omitempty"`
	Tags   map[string]string `json:"tags,omitempty"` // AWS tags or GCP labels
	// NetworkTags are GCP's, which firewall rules target.
	NetworkTags      []string `json:"networkTags,omitempty"`
	NetworkInterface string   `json:"networkInterface,omitempty"`
	MAC              string   `json:"mac,omitempty"`
	VPC              string   `json:"vpc,omitempty"`
	VPCCIDR          string   `json:"vpcCidr,omitempty"`
	Subnet           string   `json:"subnet,omitempty"`
	SubnetCIDR       string   `json:"subnetCidr,omitempty"`
	SecurityGroups   []string `json:"securityGroups,omitempty"`

	Created time.Time `json:"created,omitzero"`
	Running bool      `json:"running"`
}

// The values of Machine.Cloud.
const (
	AWS = "aws"
	GCP = "gcp"
)

// Parameter is one of Systems Manager's. Its id is its name.
type Parameter struct {
	Name        string            `json:"name"`
	Type        string            `json:"type"` // ParameterString or ParameterSecureString
	Value       string            `json:"value"`
	Version     int               `json:"version"`
	Tier        string            `json:"tier,omitempty"`
	DataType    string            `json:"dataType,omitempty"`
	Description string            `json:"description,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Modified    time.Time         `json:"modified,omitzero"`
}

// The values of Parameter.Type.
const (
	ParameterString       = "String"
	ParameterStringList   = "StringList"
	ParameterSecureString = "SecureString"
)

// Role is an IAM role. Its id is its name; Policies holds the inline ones, from name to JSON document. What is in force is
// what the histories say.
type Role struct {
	Name        string            `json:"name"`
	ID          string            `json:"id"` // AROA…
	ARN         string            `json:"arn"`
	TrustPolicy string            `json:"trustPolicy"`
	Policies    map[string]string `json:"policies,omitempty"`
	// TrustHistory and PolicyHistory (by the policy's name) belong to the two above.
	TrustHistory  History            `json:"trustHistory,omitempty"`
	PolicyHistory map[string]History `json:"policyHistory,omitempty"`
	Tags          map[string]string  `json:"tags,omitempty"`
	Created       time.Time          `json:"created,omitzero"`
}

// InstanceProfile is the part of a role that an instance can carry. Its id is its name.
type InstanceProfile struct {
	Name        string            `json:"name"`
	ID          string            `json:"id"` // AIPA…
	ARN         string            `json:"arn"`
	Role        string            `json:"role"` // a Role's name
	RoleHistory History           `json:"roleHistory,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	Created     time.Time         `json:"created,omitzero"`
}

// Secret is one of Secret Manager's. Its id is projects/P/secrets/S.
type Secret struct {
	Project   string            `json:"project"`
	Name      string            `json:"name"`
	Locations []string          `json:"locations,omitempty"` // the regions that keep it
	Labels    map[string]string `json:"labels,omitempty"`
	Created   time.Time         `json:"created,omitzero"`
}

// SecretVersion is a secret's content. Its id is projects/P/secrets/S/versions/N.
type SecretVersion struct {
	Secret  string    `json:"secret"` // projects/P/secrets/S
	Number  int       `json:"number"`
	Data    []byte    `json:"data"`
	State   string    `json:"state"` // one of the Version constants; empty is enabled
	Created time.Time `json:"created,omitzero"`
}

// The values of SecretVersion.State.
const (
	VersionEnabled   = "ENABLED"
	VersionDisabled  = "DISABLED"
	VersionDestroyed = "DESTROYED"
)

// Binding grants a role on a GCP resource to one member. Its id is BindingID of its fields.
type Binding struct {
	Resource string `json:"resource"` // projects/P, projects/P/secrets/S or b/BUCKET
	Role     string `json:"role"`     // roles/secretmanager.secretAccessor
	Member   string `json:"member"`   // serviceAccount:EMAIL
	// Made is when; it takes effect Propagation later.
	Made time.Time `json:"made,omitzero"`
}

// BindingID names a binding in the store.
func BindingID(b Binding) string { return b.Resource + " " + b.Role + " " + b.Member }

// Repository is one of ECR's. Its id is its name.
type Repository struct {
	Name            string `json:"name"`
	ImmutableTags   bool   `json:"immutableTags"`
	LifecyclePolicy string `json:"lifecyclePolicy,omitempty"`
}

// StorageBucket is one of Cloud Storage's. Its id is its name.
type StorageBucket struct {
	Name         string            `json:"name"`
	Project      string            `json:"project"`
	Location     string            `json:"location"`
	StorageClass string            `json:"storageClass"`
	Labels       map[string]string `json:"labels,omitempty"`
	Created      time.Time         `json:"created,omitzero"`
}

// StorageObject is what Cloud Storage knows about an object. Its id is StorageObjectID.
type StorageObject struct {
	Bucket string `json:"bucket"`
	Name   string `json:"name"`
	// Generation grows with each overwriting.
	Generation   int64     `json:"generation"`
	Contents     string    `json:"contents"` // what WriteContents returned
	ContentType  string    `json:"contentType"`
	StorageClass string    `json:"storageClass"`
	Size         int64     `json:"size"`
	MD5          []byte    `json:"md5"`
	CRC32C       uint32    `json:"crc32c"`
	Created      time.Time `json:"created,omitzero"`
}
