package gcp

import "path"

// InstanceArgs are the arguments of gcp:compute/instance:Instance. metadataStartupScript is not among them, on purpose:
// its changes replace the VM, those of metadata["startup-script"] do not.
type InstanceArgs struct {
	AllowStoppingForUpdate bool              `json:"allowStoppingForUpdate,omitempty"`
	AttachedDisks          []AttachedDisk    `json:"attachedDisks,omitempty"`
	BootDisk               *BootDisk         `json:"bootDisk,omitempty"`
	DeletionProtection     bool              `json:"deletionProtection,omitempty"`
	Description            string            `json:"description,omitempty"`
	DesiredStatus          string            `json:"desiredStatus,omitempty"`
	Labels                 map[string]string `json:"labels,omitempty"`
	MachineType            string            `json:"machineType"`
	Metadata               map[string]string `json:"metadata,omitempty"`
	Name                   string            `json:"name"`
	NetworkInterfaces      []NetworkCard     `json:"networkInterfaces,omitempty"`
	Project                string            `json:"project,omitempty"`
	ServiceAccount         *ServiceAccount   `json:"serviceAccount,omitempty"`
	ShieldedInstanceConfig *Shielded         `json:"shieldedInstanceConfig,omitempty"`
	Tags                   []string          `json:"tags,omitempty"`
	Zone                   string            `json:"zone"`
}

// AttachedDisk is a data disk in the VM.
type AttachedDisk struct {
	DeviceName string `json:"deviceName,omitempty"`
	Mode       string `json:"mode,omitempty"`
	Source     string `json:"source"`
}

// BootDisk is made with the VM and deleted with it.
type BootDisk struct {
	AutoDelete       *bool             `json:"autoDelete,omitempty"`
	InitializeParams *InitializeParams `json:"initializeParams,omitempty"`
}

// InitializeParams say what the boot disk is made from.
type InitializeParams struct {
	Image  string            `json:"image,omitempty"`
	Labels map[string]string `json:"labels,omitempty"`
	Size   int               `json:"size,omitempty"`
	Type   string            `json:"type,omitempty"`
}

// NetworkCard is the VM's interface to one network.
type NetworkCard struct {
	AccessConfigs []AccessConfig `json:"accessConfigs,omitempty"`
	Network       string         `json:"network,omitempty"`
	Subnetwork    string         `json:"subnetwork,omitempty"`
}

// AccessConfig gives a card an external address: a reserved one, or any where natIp is empty.
type AccessConfig struct {
	NatIp       string `json:"natIp,omitempty"`
	NetworkTier string `json:"networkTier,omitempty"`
}

// ServiceAccount is who the VM is.
type ServiceAccount struct {
	Email  string   `json:"email,omitempty"`
	Scopes []string `json:"scopes"`
}

// Shielded are the protections of the boot. A container has no boot to protect; they are kept and reported.
type Shielded struct {
	EnableIntegrityMonitoring *bool `json:"enableIntegrityMonitoring,omitempty"`
	EnableSecureBoot          *bool `json:"enableSecureBoot,omitempty"`
	EnableVtpm                *bool `json:"enableVtpm,omitempty"`
}

// Instance is a VM.
type Instance struct {
	InstanceArgs
	labelOutputs
	CpuPlatform         string `json:"cpuPlatform"`
	CurrentStatus       string `json:"currentStatus"`
	InstanceId          string `json:"instanceId"`
	MetadataFingerprint string `json:"metadataFingerprint"`
	SelfLink            string `json:"selfLink"`
	TagsFingerprint     string `json:"tagsFingerprint"`
}

// The values of desiredStatus and currentStatus.
const (
	running    = "RUNNING"
	terminated = "TERMINATED"
)

func (a InstanceArgs) card() NetworkCard {
	if len(a.NetworkInterfaces) == 0 {
		return NetworkCard{}
	}
	return a.NetworkInterfaces[0]
}

// access returns the card's way to the internet, if it has one.
func (a InstanceArgs) access() (AccessConfig, bool) {
	if configs := a.card().AccessConfigs; len(configs) > 0 {
		return configs[0], true
	}
	return AccessConfig{}, false
}

// natIP returns the reserved address that leads to the VM, or "".
func (a InstanceArgs) natIP() string {
	config, _ := a.access()
	return config.NatIp
}

func (a InstanceArgs) email() string {
	if a.ServiceAccount == nil {
		return ""
	}
	return a.ServiceAccount.Email
}

func (a InstanceArgs) image() string {
	if a.BootDisk == nil || a.BootDisk.InitializeParams == nil {
		return ""
	}
	return a.BootDisk.InitializeParams.Image
}

// hostname is the VM's name in Google's internal DNS.
func (a InstanceArgs) hostname() string {
	return a.Name + "." + a.Zone + ".c." + a.Project + ".internal"
}

func (a InstanceArgs) machineType() string { return path.Base(a.MachineType) }

// outputs are those that follow from the arguments.
func (a InstanceArgs) outputs(old Instance) Instance {
	old.InstanceArgs = a
	old.labelOutputs = labelled(a.Labels)
	old.MetadataFingerprint = fingerprint(a.Metadata)
	old.TagsFingerprint = fingerprint(a.Tags)
	return old
}
