/** What `istio-jwt --help` prints. */
export const USAGE = `Usage:
  istio-jwt audit PATH… [--output text|json|sarif] [--fail-on error|warning|info|never]
  istio-jwt decide PATH… < requests.ndjson
  istio-jwt explain PATH… [--service NAMESPACE/NAME] [--host H] [--path P] [--method M] [--status N]

PATH is a YAML or JSON file, or a folder of them. In place of it, or below it:
  --kubeconfig FILE [--context NAME]   read a cluster

audit: the state of every Service, and what is misconfigured
  --output    text (default), json, sarif
  --fail-on   lowest severity of a finding that makes the exit code 1; default: warning

decide: one JSON request a line in, one JSON answer a line out

explain: why a request is answered as it is; asks for what is missing
  --service NAMESPACE/NAME, --way-in ID   what the request is for
  --host, --path, --method, --header 'NAME: VALUE', --principal TRUSTDOMAIN/ns/N/sa/S
  --status N|closed, --body TEXT, --details TEXT   the answer that was seen
  --token-file FILE   a JWT to decode; - reads it from the input. It is not sent anywhere.
  --validity V        valid, expired, not-yet-valid, bad-signature, malformed or unknown-key

Exit codes: 0 nothing found, 1 findings at or above the bar, 2 could not read everything, or wrong usage
`;
