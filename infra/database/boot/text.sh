# shellcheck shell=bash
# Text as the status document has it, and out of simple JSON.

# printable keeps the printable ASCII of stdin, and blots out what looks like a secret: programs quote what they could
# not work with.
printable() {
  LC_ALL=C tr --complement ' -~\n' ' ' |
    sed --regexp-extended 's#://[^/@ ]*@#://***@#g; s/(SCRAM-SHA-256)\$[^ ]*/\1***/g; s/(Bearer) +[^ "]+/\1 ***/g'
}

# one_line LENGTH is printable text in one line.
one_line() {
  printable | tr '\n' ' ' | sed 's/  */ /g; s/ $//' | cut --characters="1-$1"
}

# json_string prints printable text as a string of JSON.
json_string() {
  local text
  text=$(sed 's/[\\"]/\\&/g')
  printf '"%s"' "${text//$'\n'/\\n}"
}

# text_of NAME prints a string of the JSON on stdin, the last of that name in the first line that has one. It is for
# plain strings, in which nothing is escaped.
text_of() {
  sed --quiet '/"'"$1"'" *: *"/{s/.*"'"$1"'" *: *"\([^"]*\)".*/\1/p;q}'
}

# now prints the time as RFC 3339 has it.
now() {
  date --utc +%Y-%m-%dT%H:%M:%SZ
}
