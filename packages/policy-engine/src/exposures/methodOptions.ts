import { METHODS } from '../decide/methods';
import type { ProxyRequest } from '../model';
import type { Option, Options } from './dimensions';
import { isIn, wordsOf } from './languages';
import type { Patterns } from './patterns';
import { signatureOf } from './signature';
import { representatives } from './strings';

/** HTTP/2 takes any method, so a policy cannot name them all. */
const UNNAMED_METHOD = 'UNNAMED';

/** RFC 9110 section 9.1: a method is a token. */
const TOKENS = wordsOf(character => /^[\w!#$%&'*+.^`|~-]$/.test(character));

/**
 * Methods that HTTP/1 knows, any other one, and whatever else patterns name. Envoy takes these by HTTP/2, also in
 * lower case.
 */
export function methodOptions(patterns: Patterns): Options {
  const { values, complete } = othersNamed(patterns);
  const toOption = (method: string, label = method): Option => ({
    label,
    signature: signatureOf(patterns.method, method),
    apply: request => ask(request, method),
  });
  const options = [
    ...[...METHODS].map(method => toOption(method)),
    toOption(UNNAMED_METHOD, 'a method that no policy names'),
    ...values.map(method => toOption(method)),
  ];
  if (patterns.method.length + patterns.headers.size > 0) {
    options.push({
      label: 'CORS preflight OPTIONS',
      signature: 'preflight',
      apply: request => ({
        ...request,
        method: 'OPTIONS',
        headers: {
          ...request.headers,
          origin: 'https://client.example',
          'access-control-request-method': 'GET',
        },
      }),
    });
  }
  return { options, complete };
}

function othersNamed({ method }: Patterns) {
  const shape = { start: '', language: TOKENS };
  const { values, complete } = representatives(method, shape);
  return {
    complete,
    values: values.filter(
      // CONNECT has no path, so that no route takes it.
      value =>
        isIn(TOKENS, value) && !METHODS.has(value) && value !== 'CONNECT',
    ),
  };
}

function ask(request: ProxyRequest, method: string): ProxyRequest {
  if (METHODS.has(method)) return { ...request, method };
  return {
    ...request,
    method,
    httpVersion: 2,
    // Envoy from 1.40 on answers 400 to a QUERY that does not say what is asked.
    ...(method === 'QUERY'
      ? { headers: { ...request.headers, 'content-type': 'text/plain' } }
      : {}),
  };
}
