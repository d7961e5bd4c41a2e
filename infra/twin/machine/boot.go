package machine

import _ "embed"

//go:embed boot/entry.sh
var entryScript []byte

//go:embed boot/services.sh
var servicesScript []byte
