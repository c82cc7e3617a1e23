import { sendToken, Vector } from './types';

const encode = (text: string) => Buffer.from(text).toString('base64url');
const HEADER = encode('{"alg":"RS256","typ":"JWT"}');
const PAYLOAD = encode('{"sub":"istio-jwt-probe"}');
const SIGNATURE = encode('not a signature');

function malformed(id: string, title: string, text: string): Vector {
  return {
    id: `malformed-${id}`,
    title,
    group: 'form',
    scope: 'way-in',
    makeRequest: async () =>
      sendToken({ text, validity: 'malformed', claims: {} }),
  };
}

export const MALFORMED_TOKEN_VECTORS: Vector[] = [
  malformed('junk', 'Not a JWT: a word', 'junk'),
  malformed('dots', 'Not a JWT: dots alone', '...'),
  malformed('two-parts', 'Not a JWT: two parts', `${HEADER}.${PAYLOAD}`),
  malformed(
    'five-parts',
    'Not a JWT: five parts',
    `${HEADER}.${PAYLOAD}.${SIGNATURE}.${SIGNATURE}.${SIGNATURE}`,
  ),
  malformed('base64', 'Not a JWT: bad base64', `${HEADER}.e!!!.${SIGNATURE}`),
  malformed(
    'json',
    'Not a JWT: bad JSON',
    `${encode('{"alg":')}.${PAYLOAD}.${SIGNATURE}`,
  ),
  {
    ...malformed(
      'null-byte',
      'Token with a null byte behind its claims',
      `${HEADER}.${encode('{"sub":"istio-jwt-probe"}\0')}.${SIGNATURE}`,
    ),
    informative: true,
  },
];
