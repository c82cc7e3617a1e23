/** How each command is called, and what `istio-jwt COMMAND --help` prints behind that. */
const COMMANDS = {
  audit: {
    call: 'istio-jwt audit PATH… [--output text|json|sarif] [--fail-on error|warning|info|never]',
    help: `audit: the state of every Service, and what is misconfigured
  --output    text (default), json, sarif
  --fail-on   lowest severity of a finding that makes the exit code 1; default: warning
`,
  },
  decide: {
    call: 'istio-jwt decide PATH… < requests.ndjson',
    help: `decide: one JSON request a line in, one JSON answer a line out
`,
  },
  explain: {
    call: 'istio-jwt explain PATH… [--service NAMESPACE/NAME] [--host H] [--path P] [--method M] [--status N]',
    help: `explain: why a request is answered as it is; asks for what is missing
  --service NAMESPACE/NAME, --way-in ID   what the request is for
  --host, --path, --method, --header 'NAME: VALUE', --principal TRUSTDOMAIN/ns/N/sa/S
  --status N|closed, --body TEXT, --details TEXT   the answer that was seen
  --token-file FILE   a JWT to decode; - reads it from the input. It is not sent anywhere.
  --token-in PLACE    header:NAME, query:NAME or cookie:NAME; default: where the proxy looks
  --validity V        of the token: valid, expired, not-yet-valid, bad-signature, malformed or unknown-key
`,
  },
} as const;

const INPUT = `PATH is a YAML or JSON file, or a folder of them; for audit also -, the input. In place of it, or below it:
  --kubeconfig FILE [--context NAME]   read a cluster
  --namespace NAME                     of objects in files that name none; default: default
`;

const CODES = `Exit codes: 0 nothing found, 1 findings at or above the bar, 2 could not read everything, or wrong usage
`;

/** What `istio-jwt --help` prints. */
export const USAGE = [
  `Usage:\n${Object.values(COMMANDS)
    .map(({ call }) => `  ${call}\n`)
    .join('')}`,
  INPUT,
  ...Object.values(COMMANDS).map(({ help }) => help),
  CODES,
].join('\n');

/** What there is to say of one command; of all where there is none of the name. */
export function usageOf(name: string | undefined): string {
  const command = commandOf(name);
  return command
    ? [`Usage:\n  ${command.call}\n`, INPUT, command.help, CODES].join('\n')
    : USAGE;
}

/** One line on how to call a command; all that there is where there is none of the name. */
export function hintOf(name: string | undefined): string {
  const command = commandOf(name);
  return command
    ? `Usage: ${command.call}\nistio-jwt ${name} --help tells more.\n`
    : `\n${USAGE}`;
}

function commandOf(name: string | undefined) {
  return Object.entries(COMMANDS).find(([key]) => key === name)?.[1];
}
