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
