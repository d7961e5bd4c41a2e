#!/bin/bash
# Signed requests to AWS with the machine's own role. Sourced; needs curl and, but for log_in and ssm, jq.
#
# No credential becomes an argument of a process, where every user could read it: curl gets them through --config on a
# file descriptor. Limits of time are far above what the services take: one that is slow only slows things down.

# log_in fetches the role's credentials into aws_credentials (as the metadata service gives them) and aws_config (lines of
# a curl configuration), and the region into aws_region.
log_in() {
  local token role
  token=$(curl -sS --fail --max-time 30 --request PUT \
    --header 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)
  aws_region=$(metadata "$token" placement/region)
  role=$(metadata "$token" iam/security-credentials/)
  aws_credentials=$(metadata "$token" "iam/security-credentials/$role")
  aws_config=$(printf 'user = "%s:%s"\nheader = "X-Amz-Security-Token: %s"' \
    "$(credential AccessKeyId)" "$(credential SecretAccessKey)" "$(credential Token)")
}

# credential NAME prints one of aws_credentials, in none of which a character is escaped.
credential() {
  sed -n 's/.*"'"$1"'" *: *"\([^"]*\)".*/\1/p' <<<"$aws_credentials"
}

# as_role COMMAND… runs a program of somebody else's with the role's credentials in its environment.
as_role() {
  AWS_ACCESS_KEY_ID=$(credential AccessKeyId) AWS_SECRET_ACCESS_KEY=$(credential SecretAccessKey) \
    AWS_SESSION_TOKEN=$(credential Token) "$@"
}

# metadata TOKEN PATH prints one value of the instance's metadata.
metadata() {
  curl -sS --fail --max-time 30 --config <(printf 'header = "X-aws-ec2-metadata-token: %s"\n' "$1") \
    "http://169.254.169.254/latest/meta-data/$2"
}

# ssm ACTION sends the request on standard input to SSM and prints the answer.
ssm() {
  local answer code date
  answer=$(curl -sS --max-time 30 --config <(printf '%s\n' "$aws_config") \
    --aws-sigv4 "aws:amz:$aws_region:ssm" \
    --header 'Content-Type: application/x-amz-json-1.1' --header "X-Amz-Target: AmazonSSM.$1" \
    --data-binary @- --write-out '\n%{http_code} %header{date}' "https://ssm.$aws_region.amazonaws.com/")
  read -r code date <<<"${answer##*$'\n'}"
  answer=${answer%$'\n'*}
  if [[ $code != 200 ]]; then
    printf 'ssm %s: %s %s%s\n' "$1" "$code" \
      "$(jq --raw-output '"\(.__type // "") \(.message // .Message // "")"' <<<"$answer" 2>/dev/null)" \
      "$(clock_complaint "$date")" >&2
    return 1
  fi
  printf '%s\n' "$answer"
}

# clock_complaint DATE compares an answer's Date with this machine's clock. AWS refuses signatures that are five or, for
# S3, fifteen minutes away from its own.
clock_complaint() {
  local theirs minutes
  [[ -n $1 ]] || return 0 # no answer
  theirs=$(date --date "$1" +%s 2>/dev/null) || return 0
  minutes=$((($(date +%s) - theirs) / 60))
  if ((minutes >= 4)); then
    printf ' (the clock of this host is %d minutes fast, and signatures depend on it)' "$minutes"
  elif ((minutes <= -4)); then
    printf ' (the clock of this host is %d minutes slow, and signatures depend on it)' "$((-minutes))"
  fi
}

# get_parameter NAME prints {"Value", "Version", …} of a parameter, decrypted.
get_parameter() {
  jq --null-input --arg name "$1" '{Name: $name, WithDecryption: true}' | ssm GetParameter | jq '.Parameter'
}

# put_parameter NAME overwrites a parameter of type String with the line on standard input.
put_parameter() {
  jq --raw-input --arg name "$1" '{Name: $name, Value: ., Type: "String", Overwrite: true}' |
    ssm PutParameter >/dev/null
}

# get_object BUCKET KEY FILE downloads an object; FILE appears only when it is complete.
get_object() {
  local date
  if ! date=$(curl -sS --fail-with-body --max-time 120 --config <(printf '%s\n' "$aws_config") \
    --aws-sigv4 "aws:amz:$aws_region:s3" --output "$3.part" --write-out '%header{date}' \
    "https://s3.$aws_region.amazonaws.com/$1/$2"); then
    printf 's3 GetObject %s: %s%s\n' "$2" "$(head -c 300 "$3.part" 2>/dev/null | tr -d '\n')" \
      "$(clock_complaint "$date")" >&2
    rm -f "$3.part"
    return 1
  fi
  mv "$3.part" "$3"
}
