/** Headers that a proxy writes, changes or removes itself before its policies see them. */
const REWRITTEN = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'upgrade',
  'te',
  'transfer-encoding',
  'expect',
  'http2-settings',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-client-cert',
  'x-request-id',
]);

/** Whether a request does not tell what policies see of a header. Pseudo-headers are among them. */
export function isRewrittenHeader(name: string): boolean {
  return (
    REWRITTEN.has(name) || name.startsWith(':') || name.startsWith('x-envoy-')
  );
}

/** Name in `request.headers[NAME]`, in lower case. */
export function headerName(key: string): string | undefined {
  return inBrackets(key, 'request.headers')?.toLowerCase();
}

/**
 * Claims named by `request.auth.claims[A][B]`, outermost first. Brackets that do not pair up make the
 * whole one name, as in `[a[b]]` (Istio's extractNameInNestedBrackets).
 */
export function claimPath(key: string): string[] | undefined {
  const whole = inBrackets(key, 'request.auth.claims');
  if (whole === undefined) return undefined;
  const names = whole.split('][');
  return names.some(name => /[[\]]/.test(name)) ? [whole] : names;
}

function inBrackets(key: string, attribute: string): string | undefined {
  return key.startsWith(`${attribute}[`) && key.endsWith(']')
    ? key.slice(attribute.length + 1, -1)
    : undefined;
}

/** Keys of `when` that stand alone. */
const PLAIN_KEYS = new Set([
  'source.ip',
  'remote.ip',
  'source.namespace',
  'source.principal',
  'source.serviceAccount',
  'source.trustDomain',
  'request.auth.principal',
  'request.auth.audiences',
  'request.auth.presenter',
  'destination.ip',
  'destination.port',
  'connection.sni',
]);

/** Keys of `when` that Istio knows no more, with what took their place. */
const RETIRED_KEYS: [RegExp, string][] = [
  [/^destination\.namespace$/, "the policy's own namespace"],
  [/^destination\.labels/, 'the selector'],
  [/^destination\.(name|user)$/, 'the selector'],
];

/** What is wrong with a key of `when`; undefined where nothing is. */
export function keyProblem(key: string): string | undefined {
  if (PLAIN_KEYS.has(key)) return undefined;
  const name =
    headerName(key) ??
    inBrackets(key, 'request.auth.claims') ??
    /^experimental\.envoy\.filters\..+?\[(.*)\]$/.exec(key)?.[1];
  if (name !== undefined) return name === '' ? 'needs a name' : undefined;
  if (/^(request\.headers|request\.auth\.claims)/.test(key)) {
    return 'needs the form ATTRIBUTE[NAME]';
  }
  const retired = RETIRED_KEYS.find(([pattern]) => pattern.test(key));
  return retired
    ? `is no longer supported; ${retired[1]} takes its place`
    : 'is no known attribute';
}
