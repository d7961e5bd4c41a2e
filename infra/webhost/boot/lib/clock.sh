#!/bin/bash
# How long something takes. Sourced by converge.

# uptime_seconds prints the seconds since the boot. Bash takes SECONDS from the clock, which may be set while somebody
# waits: a good release would not get ready in time, or a bad one be waited for all day.
uptime_seconds() {
  local up
  read -r up _ </proc/uptime
  printf '%s\n' "${up%.*}"
}
