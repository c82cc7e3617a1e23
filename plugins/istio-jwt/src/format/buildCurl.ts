import { ProxyRequest, RequestToken, WayIn } from 'istio-jwt-policy-engine';
import { quoteForShell } from './quoteForShell';

/**
 * The command that sends a witness. Tokens are placeholders: the engine knows claims, not tokens.
 *
 * @param address - `host:port` of the gateway as seen by the last probes, where one is known
 */
export function buildCurl(
  wayIn: Pick<WayIn, 'kind' | 'protocol' | 'host' | 'port'>,
  witness: ProxyRequest,
  address?: string,
): string | undefined {
  if (wayIn.protocol !== 'http' && wayIn.protocol !== 'https') {
    return undefined;
  }
  const authority = chooseHost(wayIn, witness);
  const url = `${wayIn.protocol}://${authority}${formatPort(wayIn)}${
    witness.path ?? '/'
  }`;
  const parts = ['curl', '-i', ...keepPathAsIs(witness.path ?? '/')];
  if (address && wayIn.kind === 'gateway') {
    parts.push('--connect-to', quoteForShell(`::${address}`));
  }
  if (witness.method && witness.method !== 'GET') {
    // `-X HEAD` would wait for a body that never comes.
    parts.push(
      ...(witness.method === 'HEAD'
        ? ['--head']
        : ['-X', quoteForShell(witness.method)]),
    );
  }
  for (const [name, value] of listHeaders(witness)) {
    parts.push('-H', quoteForShell(`${name}: ${value}`));
  }
  parts.push(quoteForShell(addQueryTokens(url, witness.tokens ?? [])));
  return parts.join(' ');
}

/** curl resolves dot segments and expands brackets, which would send another path. */
function keepPathAsIs(path: string): string[] {
  return [
    ...(/\/\.{1,2}(\/|\?|$)/.test(path) ? ['--path-as-is'] : []),
    ...(/[[\]{}]/.test(path) ? ['--globoff'] : []),
  ];
}

function chooseHost(wayIn: Pick<WayIn, 'host'>, witness: ProxyRequest): string {
  const host = (witness.host ?? wayIn.host).replace(/:\d+$/, '');
  if (host === '*' || host === '') {
    return 'any.example';
  }
  return host.replace(/^\*\./, 'any.');
}

function formatPort({ protocol, port }: Pick<WayIn, 'protocol' | 'port'>) {
  const usual = protocol === 'https' ? 443 : 80;
  return port === usual ? '' : `:${port}`;
}

function listHeaders(witness: ProxyRequest): [string, string][] {
  const plain = Object.entries(witness.headers ?? {}).flatMap(
    ([name, values]) =>
      (Array.isArray(values) ? values : [values]).map(
        (value): [string, string] => [name, value],
      ),
  );
  const tokens = (witness.tokens ?? []).flatMap((token): [string, string][] => {
    switch (token.in) {
      case 'header':
        return [
          [
            token.name ?? 'authorization',
            `${readPrefix(token)}${placeholder(token)}`,
          ],
        ];
      case 'cookie':
        return [['cookie', `${token.name ?? 'token'}=${placeholder(token)}`]];
      default:
        return [];
    }
  });
  return [...plain, ...tokens];
}

function addQueryTokens(url: string, tokens: RequestToken[]): string {
  return tokens
    .filter(token => token.in === 'query')
    .reduce(
      (sum, token) =>
        `${sum}${sum.includes('?') ? '&' : '?'}${
          token.name ?? 'access_token'
        }=${placeholder(token)}`,
      url,
    );
}

function readPrefix({ prefix, name }: RequestToken): string {
  const isDefaultHeader = !name || name.toLowerCase() === 'authorization';
  return prefix ?? (isDefaultHeader ? 'Bearer ' : '');
}

function placeholder({ validity }: RequestToken): string {
  return `<${validity} token>`;
}

/** For a POSIX shell: a host or path from a cluster must not become a command of whoever pastes it. */
