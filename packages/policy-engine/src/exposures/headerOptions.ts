import { StringPattern } from '../match/stringPattern';
import { ProxyRequest } from '../model';
import type { Option, Options } from './dimensions';
import { HeaderCheck, Patterns } from './patterns';
import { repeatedValues } from './repeatedValues';
import { signatureOf } from './signature';
import { representatives } from './strings';

/** Values of a header that patterns tell apart, and several at once. */
export function headerOptions(
  name: string,
  { headers, headerChecks }: Patterns,
): Options {
  const patterns = headers.get(name) ?? [];
  const set = (request: ProxyRequest, value: string | string[]) => ({
    ...request,
    headers: { ...request.headers, [name]: value },
  });
  const label = `header ${name}`;
  const { options, values, complete } = presence(label, patterns, set);
  const repeated = repeatedOf(headerChecks.get(name) ?? [], values);
  return {
    options: [
      ...options,
      ...repeated.lists.map(
        (list): Option => ({
          label: `${label}: ${list.join(' and ')}, each by itself`,
          signature: JSON.stringify(list),
          apply: request => set(request, list),
        }),
      ),
    ],
    complete: complete && repeated.complete,
  };
}

function repeatedOf(checks: readonly HeaderCheck[], values: string[]) {
  return checks.length < 2
    ? { lists: [], complete: true }
    : repeatedValues(checks, values);
}

/** Values of a query parameter that routes tell apart. */
export function paramOptions(name: string, patterns: StringPattern[]): Options {
  return presence(`parameter ${name}`, patterns, (request, value) => {
    const path = request.path ?? '/';
    const sign = path.includes('?') ? '&' : '?';
    // As it stands: routes compare what is written, and what cannot be written never matches.
    return { ...request, path: `${path}${sign}${name}=${value}` };
  });
}

function presence(
  label: string,
  patterns: StringPattern[],
  set: (request: ProxyRequest, value: string) => ProxyRequest,
): Options & { values: string[] } {
  const { values, complete } = representatives(patterns, { start: '' });
  const absent: Option = {
    label: `no ${label}`,
    signature: 'absent',
    apply: request => request,
  };
  const options = values.map(
    (value): Option => ({
      label: `${label}: ${value}`,
      signature: signatureOf(patterns, value),
      apply: request => set(request, value),
    }),
  );
  return { options: [absent, ...options], values, complete };
}
