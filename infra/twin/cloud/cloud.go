// Package cloud serves resource kinds to Pulumi's engine: it is the provider protocol, once, for every cloud that the
// twin doubles. A kind is a value of Kind; what is left to it are its own rules and what it makes real.
package cloud

import "context"

// Kind is one resource type.
//
// In is the struct of its arguments. The json tags are Pulumi's property names; an argument that In lacks is refused by
// name. Optional arguments have omitempty. Fields may be strings, booleans, integers, floats, pointers to those, slices,
// maps with string keys, structs, any, and *asset.Asset.
//
// Out embeds In and adds the computed outputs. Inputs are rebuilt from Out after a refresh, so Create, Read and Update
// return the arguments as they were given; a value that the cloud chooses belongs in an output that In does not have, or
// in an argument that Keep lists.
type Kind[In, Out any] struct {
	Token    string   // "aws:ec2/vpc:Vpc"
	Required []string // arguments that must be given; unknown counts as given
	// OneOf lists groups of arguments of which exactly one must be given; unknown counts as given, and so does an empty text.
	OneOf [][]string

	// Replace lists what can't be changed in place, as property paths: "cidrBlock", "bootDisk.initializeParams.image",
	// "networkInterfaces[*].subnetwork". A path covers all that is under it.
	Replace []string
	// ReplaceIf adds properties, of In or Out, whose change depends on the values: a disk can grow in place but not
	// shrink; a certificate that has come to its renewal is replaced though no argument changed. Unknown arguments are
	// zero. Optional.
	ReplaceIf func(old Out, in In) []string
	// Alike returns the new arguments with the old spelling of those that mean the same: names and links of one resource,
	// sets in another order. They don't count as changed. Unknown arguments are zero. Optional.
	Alike func(old, in In) In
	// Ignore lists arguments, as property paths, whose change alone is no reason to update.
	Ignore []string
	// Keep lists optional arguments, as property paths, that stay as they are when the program no longer gives them: the
	// cloud has a value of its own for them, and no longer to give one means to leave the choice to the cloud.
	Keep []string
	// DeleteBeforeReplace is for what can exist only once, as a disk or an address that is attached.
	DeleteBeforeReplace bool

	// Autoname is the argument that gets the resource's name plus 7 random hex digits where the program gives none. One that
	// the program gave makes replacements wait for the deletion.
	Autoname string
	// AutonamePrefix is the argument that, if given, is put before the digits instead of the resource's name. Optional.
	AutonamePrefix string
	// Secret lists outputs that are secret whatever the inputs are. A secret input makes the output of its name secret.
	Secret []string
	// Stable lists computed outputs that no update changes. A previewed update shows all the others as unknown.
	Stable []string

	// Normalize fills in defaults. It sees unknown arguments as zero, and what it sets in their place is ignored. It has to
	// give the same answer for what it has already normalized. Optional.
	Normalize func(name string, in In) In
	// Check returns what is wrong with the arguments. Unknown ones are zero during a preview, so zero is to be accepted.
	// It may look at the state but changes nothing. Optional.
	Check func(in In) []Failure

	// Preview tries what can be tried before anything is made, and has no lasting effect. It is left out while an argument
	// is unknown. Optional.
	Preview func(ctx context.Context, name string, in In) error
	// Create makes it real and returns the id that the other functions get.
	Create func(ctx context.Context, name string, in In) (id string, out Out, err error)
	// Read returns what is there now, or an error that wraps state.ErrNotFound. Without one, the resource exists only in
	// Pulumi's own state, is always as it was and can't be imported.
	Read func(ctx context.Context, id string) (Out, error)
	// Update changes in place all that Replace does not list. A kind without one must list all its arguments in Replace.
	Update func(ctx context.Context, id string, old Out, in In) (Out, error)
	// Delete ends it. An error that wraps state.ErrNotFound counts as done. Optional.
	Delete func(ctx context.Context, id string, old Out) error
}

// Function is one function that programs invoke. Its In and Out are as a Kind's.
type Function[In, Out any] struct {
	Token    string // "aws:ec2/getAmi:getAmi"
	Required []string
	Secret   []string // results that are secret
	Call     func(ctx context.Context, in In) (Out, error)
}

// Failure is one thing that is wrong with one argument. An empty Property means the resource as a whole.
type Failure struct {
	Property string // a property path, "networkInterfaces[0].deviceIndex"
	Reason   string
}

// Provider is a set of kinds and functions under a package's name.
type Provider struct {
	Name      string // "aws"
	Version   string // of the SDK that programs use; the engine warns when they differ
	Resources []Resource
	Functions []Invoke
	// Configure receives the provider's configuration without the package's name in its keys; what is not a string is
	// JSON. It runs before anything else of a stack's run. Optional.
	Configure func(config map[string]string) error
}
