import type { IncomingMessage } from 'node:http';
import { FoundToken } from './extractTokens';

/** Header values by lower-case name; repeated ones joined with commas, as Envoy reads them. @internal */
export function readHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  const { rawHeaders } = request;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index].toLowerCase();
    const value = rawHeaders[index + 1];
    headers[name] = name in headers ? `${headers[name]},${value}` : value;
  }
  return headers;
}

/** The path of a request, also of one in absolute form. @internal */
export function readPath(request: IncomingMessage): string {
  const target = request.url ?? '/';
  const absolute = /^https?:\/\/[^/?#]*(.*)$/i.exec(target);
  return absolute ? absolute[1] || '/' : target;
}

/** What may be shown of headers: never a token, a cookie or other credentials. @internal */
export function hideCredentials(
  headers: Record<string, string>,
  tokens: FoundToken[],
): Record<string, string> {
  const hidden = new Set([
    'authorization',
    'proxy-authorization',
    'cookie',
    ...tokens.filter(token => token.in === 'header').map(({ name }) => name),
  ]);
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name, value]) =>
        !hidden.has(name) && !tokens.some(({ token }) => value.includes(token)),
    ),
  );
}
