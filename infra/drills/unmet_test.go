//go:build drills

package drills

// What these runs do not come to, by the line of the step.
var webUnmet = map[string]string{
	`changed "operation $1 ended"`: "a restart is killed at its own changes, and not run again",
}

var databaseUnmet = map[string]string{
	"changed 'grew the file system to the size of the data disk'": "a mounted file system grows for root with a right that the twin's VMs lack",
	"changed 'started the server'":                                "the run after the one that placed the settings resumes it",
	"changed 'enabled the agent'":                                 agentRuns,
	"changed 'started the agent'":                                 agentRuns,
}

const agentRuns = "it is the agent that runs converge"

// repeatedAnnouncement is made again by the run after one that was killed.
var repeatedAnnouncement = map[string]string{
	`changed "operation $id announced"`:  "an operation is run only once it is published that it starts",
	`changed "revision condemned at $1"`: "the verdict is given again at each run, until something else is asked for",
}
