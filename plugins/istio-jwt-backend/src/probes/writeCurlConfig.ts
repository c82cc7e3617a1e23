import { ProbesConfig } from '../config';
import { WireRequest } from './composeRequest';

export type CurlConfig =
  | { ok: true; text: string }
  /** Something in the request cannot be written down for curl, or should not be. */
  | { ok: false };

const PRINTABLE = /^[\x20-\x7e]*$/;
const TARGET = /^\/[\x21-\x7e]*$/;
const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/**
 * A request as curl's config file, which takes one option a line. It goes to curl's standard input,
 * so that no token shows up in a list of processes or in an audit log, and so that nothing of a
 * request can become an option: all values are quoted, and none holds a line break.
 *
 * @param base - such as `http://backend.default.svc.cluster.local:80`
 */
export function writeCurlConfig(
  base: string,
  { method, path, headers }: WireRequest,
  config: Pick<ProbesConfig, 'timeoutMs' | 'userAgent' | 'maxResponseBytes'>,
): CurlConfig {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().map(value => ({ name, value })),
  );
  const isSafe =
    TARGET.test(path) &&
    lines.every(({ name, value }) => NAME.test(name) && PRINTABLE.test(value));
  if (!isSafe) {
    return { ok: false };
  }
  const seconds = String(config.timeoutMs / 1000);
  const text = [
    'silent',
    'include',
    'globoff',
    'path-as-is',
    'http1.1',
    'proto = "=http"',
    'noproxy = "*"',
    'max-redirs = "0"',
    `max-time = ${quote(seconds)}`,
    `max-filesize = ${quote(String(config.maxResponseBytes))}`,
    `user-agent = ${quote(config.userAgent)}`,
    `request = ${quote(method)}`,
    // curl would leave a fragment out of a URL.
    `request-target = ${quote(path)}`,
    ...lines.map(
      ({ name, value }) =>
        // A name with a colon and nothing else would take the header out.
        `header = ${quote(value === '' ? `${name};` : `${name}: ${value}`)}`,
    ),
    'write-out = "%{stderr}%{time_total}"',
    `url = ${quote(`${base}/`)}`,
    '',
  ].join('\n');
  return { ok: true, text };
}

function quote(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&')}"`;
}
