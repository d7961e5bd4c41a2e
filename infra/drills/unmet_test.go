//go:build drills

package drills

// What these runs do not come to, by the line of the call.
var webUnmet = map[string]string{
	"changed 'finished an interrupted installation'": noBrokenPackages,
	"changed 'packages openssh-server sudo'":         "Debian's images have both",
	"changed 'started sshd'":                         "Debian's images start it",
	`changed "revision condemned at $1"`:             "the releases here are good",
	`changed "operation $1 ended"`:                   "a restart is killed at its own changes, and not run again",
}

var databaseUnmet = map[string]string{
	"changed 'finished an interrupted installation'":              noBrokenPackages,
	"changed 'started sshd'":                                      "Debian's images start it",
	"changed 'formatted the data disk'":                           hasData,
	`changed "created the database cluster $data"`:                hasData,
	"changed 'stopped the server'":                                sameUser,
	`changed "gave $data to this host's user postgres"`:           sameUser,
	"changed 'grew the file system to the size of the data disk'": "the disk has the size that it had",
	"changed 'started the server'":                                "the run after the one that placed the settings resumes it",
	"changed 'systemd knows the new unit'":                        agentRuns,
	"changed 'enabled the agent'":                                 agentRuns,
	"changed 'started the agent'":                                 agentRuns,
}

const (
	noBrokenPackages = "a package manager that is killed itself, which no change follows"
	hasData          = "the data disk outlives the VM"
	sameUser         = "the user postgres has the same number in each VM"
	agentRuns        = "it is the agent that runs converge"
)

// repeatedAnnouncement is made again by the run after one that was killed: nothing says that the world heard it.
var repeatedAnnouncement = map[string]string{
	`changed "operation $id announced"`: "an operation is run only once it is published that it starts",
}
