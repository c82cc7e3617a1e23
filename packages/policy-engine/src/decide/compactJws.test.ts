import { ISSUER, token } from '../__testUtils__/mesh';
import { ask, gatewayAuthentication } from '../__testUtils__/policies';

/** Base64url without padding of a text of Latin-1 characters. */
const encode = (text: string) =>
  btoa(text).replace(/=/g, '').replace(/\+/g, '-').replace(/\//g, '_');
const RS256 = encode('{"alg":"RS256"}');
const PAYLOAD = encode(JSON.stringify({ iss: ISSUER, sub: 'x' }));

/** `unknown` for a text that is a token, since nobody said whether it is valid. */
const read = (text: string) => {
  const { status, body } = ask([gatewayAuthentication()], {
    headers: { authorization: `Bearer ${text}` },
  });
  return status === 401 ? body : status;
};

const INVALID_PAYLOAD = 'Jwt payload is an invalid JSON';

describe('a compact JWS', () => {
  it.each([
    [
      'junk',
      'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections',
    ],
    [`e.${PAYLOAD}.eA`, 'Jwt header is an invalid Base64url encoded'],
    [
      `${encode('{}')}.${PAYLOAD}.eA`,
      'Jwt header [alg] field is required and must be a string',
    ],
    [
      `${encode('{"alg":"none"}')}.${PAYLOAD}.eA`,
      'Jwt header [alg] is not supported',
    ],
    [
      `${encode('{"alg":"RS256","kid":7}')}.${PAYLOAD}.eA`,
      'Jwt header [kid] field is not a string',
    ],
    [`${RS256}.e.eA`, 'Jwt payload is an invalid Base64url encoded'],
    [`${RS256}.${encode('7')}.eA`, 'Jwt payload is an invalid JSON'],
    [`${RS256}.${PAYLOAD}.e`, 'Jwt signature is an invalid Base64url encoded'],
    [
      `${RS256}.${PAYLOAD}.eA`,
      'Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections',
    ],
  ])('that somebody says is malformed: %s', (text, body) => {
    const malformed = { ...token(), validity: 'malformed' as const };
    expect(
      ask([gatewayAuthentication()], {
        tokens: [malformed],
        headers: { authorization: `Bearer ${text}` },
      }),
    ).toMatchObject({ status: 401, body });
  });

  it.each([
    ...['ES256', 'ES384', 'ES512', 'HS256', 'HS384', 'HS512', 'EdDSA'],
    ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ])('may be of algorithm %s', alg => {
    expect(read(`${encode(JSON.stringify({ alg }))}.${PAYLOAD}.eA`)).toBe(
      'unknown',
    );
  });

  it.each([
    ['{"alg":"RS256","kid":"a"}', 'unknown'],
    ['{"alg":"RS256","kid":""}', 'unknown'],
    ['{"alg":"RS256","kid":null}', 'Jwt header [kid] field is not a string'],
    ['{"alg":"none"}', 'Jwt header [alg] is not supported'],
    ['{"alg":"rs256"}', 'Jwt header [alg] is not supported'],
    ['{"alg":7}', 'Jwt header [alg] field is required and must be a string'],
    ['{}', 'Jwt header [alg] field is required and must be a string'],
    ['[]', 'Jwt header is an invalid JSON'],
    ['["alg"]', 'Jwt header is an invalid JSON'],
    ['null', 'Jwt header is an invalid JSON'],
    ['7', 'Jwt header is an invalid JSON'],
    ['"alg"', 'Jwt header is an invalid JSON'],
    ['{', 'Jwt header is an invalid JSON'],
  ])('with the header %s: %s', (header, answer) => {
    expect(read(`${encode(header)}.${PAYLOAD}.eA`)).toBe(answer);
  });

  it.each([
    ['[]', INVALID_PAYLOAD],
    ['null', INVALID_PAYLOAD],
    ['7', INVALID_PAYLOAD],
    ['{}', 'Jwt issuer is not configured'],
    ['{"iss":"\xc3\xa4"}', 'Jwt issuer is not configured'],
    [`{"iss":"${ISSUER}","x":"\xff\xfe\xfb"}`, INVALID_PAYLOAD],
    [`\xef\xbb\xbf{"iss":"${ISSUER}"}`, INVALID_PAYLOAD],
  ])('with the payload %s: %s', (payload, answer) => {
    expect(read(`${RS256}.${encode(payload)}.eA`)).toBe(answer);
  });

  it.each([
    ['eA', 'unknown'],
    ['eA==', 'unknown'],
    ['eHg=', 'unknown'],
    ['eHh4', 'unknown'],
    ['-_-_', 'unknown'],
    ['e', 'Jwt signature is an invalid Base64url encoded'],
    ['eA=', 'Jwt signature is an invalid Base64url encoded'],
    ['e===', 'Jwt signature is an invalid Base64url encoded'],
    ['eA==eA==', 'Jwt signature is an invalid Base64url encoded'],
    ['====', 'Jwt signature is an invalid Base64url encoded'],
    ['e+A', 'Jwt signature is an invalid Base64url encoded'],
    ['e/A', 'Jwt signature is an invalid Base64url encoded'],
    ['e\tA', 'unknown'],
  ])('with the signature %j: %s', (signature, answer) => {
    expect(read(`${RS256}.${PAYLOAD}.${signature}`)).toBe(answer);
  });
});
