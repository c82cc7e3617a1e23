import { Decision } from '..';
import { ISSUER, token } from '../__testUtils__/mesh';
import {
  ask,
  gatewayAuthentication,
  gatewayPolicy,
} from '../__testUtils__/policies';

const RULE = `issuer: ${ISSUER}, jwksUri: "https://keys.example.com"`;
const writes = (outputs: string) =>
  gatewayAuthentication(`{${RULE}, ${outputs}}`);
const CLAIM = writes('outputClaimToHeaders: [{header: x-claim, claim: c}]');

/** The answer where a policy refuses requests whose header has one of these values. */
function askDenied(
  authentication: string,
  values: string[],
  claims: Record<string, unknown>,
  header = 'x-claim',
): Decision['status'] {
  const deny = gatewayPolicy(
    `action: DENY, rules: [{when: [{key: "request.headers[${header}]", values: ${JSON.stringify(
      values,
    )}}]}]`,
  );
  return ask([authentication, deny], { tokens: [token(claims)] }).status;
}

describe('a header made of a claim', () => {
  it.each<[unknown, string]>([
    ['admin', 'admin'],
    [7, '7'],
    [0, '0'],
    [2 ** 53, '9007199254740992'],
    [-1, '-1.000000'],
    [1.5, '1.500000'],
    [true, 'true'],
    [false, 'false'],
    [['a', 'b'], 'WyJhIiwiYiJd'],
    [{ a: 1 }, 'eyJhIjoxfQ=='],
    [{ a: ['ä'] }, 'eyJhIjpbIsOkIl19'],
    [[{ a: 'b' }], 'W3siYSI6ImIifV0='],
    [[], 'W10='],
    [[null], 'W251bGxd'],
  ])('of %j reads %s', (c, text) => {
    expect(askDenied(CLAIM, [text], { c })).toBe(403);
    expect(askDenied(CLAIM, [`${text}x`, `x${text}`], { c })).toBe(200);
  });

  it.each<[string, unknown]>([
    ['an object, whose fields Envoy writes in any order', { a: 1, b: 2 }],
    ['a list with such an object', [{ a: 1, b: 2 }]],
    ['a number that JSON writes in more than one way', [1.5]],
    ['a number of more digits than JavaScript keeps', { a: 2 ** 53 }],
  ])('of %s has a text that cannot be told', (_, c) => {
    expect(askDenied(CLAIM, ['admin'], { c })).toBe('unknown');
  });

  it.each([[''], [null], [undefined]])('is not there for %j', c => {
    expect(askDenied(CLAIM, ['*'], { c })).toBe(200);
  });

  it('takes a dot in the name for a step into an object', () => {
    const nested = writes(
      'outputClaimToHeaders: [{header: x-claim, claim: a.b}]',
    );
    expect(askDenied(nested, ['x'], { a: { b: 'x' } })).toBe(403);
    expect(askDenied(nested, ['*'], { 'a.b': 'x' })).toBe(200);
    expect(askDenied(nested, ['*'], { a: 'x' })).toBe(200);
    expect(askDenied(nested, ['*'], { a: null })).toBe(200);
    expect(askDenied(nested, ['*'], { a: { c: 'x' } })).toBe(200);
    const index = writes(
      'outputClaimToHeaders: [{header: x-claim, claim: a.0}]',
    );
    expect(askDenied(index, ['*'], { a: ['x'] })).toBe(200);
    const inherited = writes(
      'outputClaimToHeaders: [{header: x-claim, claim: a.toString.name}]',
    );
    expect(askDenied(inherited, ['*'], { a: {} })).toBe(200);
  });

  it('joins what two tokens write to it', () => {
    const inQuery = { in: 'query' as const, name: 'access_token' };
    const deny = gatewayPolicy(
      'action: DENY, rules: [{when: [{key: "request.headers[x-claim]", values: ["two,one"]}]}]',
    );
    const tokens = [
      token({ c: 'one' }),
      { ...token({ c: 'two' }), ...inQuery },
    ];
    expect(ask([CLAIM, deny], { tokens }).status).toBe(403);
    expect(ask([CLAIM, deny], { tokens: [tokens[0]] }).status).toBe(200);
  });
});

describe('a header made of the payload', () => {
  const payload = writes('outputPayloadToHeader: x-payload');

  it('has a text that cannot be told', () => {
    expect(askDenied(payload, ['admin'], {}, 'x-payload')).toBe('unknown');
    expect(askDenied(payload, ['*'], {}, 'x-payload')).toBe(403);
  });

  it('is taken out where no token came', () => {
    const deny = gatewayPolicy(
      'action: DENY, rules: [{when: [{key: "request.headers[x-payload]", values: ["*"]}]}]',
    );
    const headers = { 'x-payload': 'forged' };
    expect(ask([payload, deny], { headers }).status).toBe(200);
    expect(ask([deny], { headers }).status).toBe(403);
  });
});

describe('a rule that looks for its token in a header that another rule writes', () => {
  it('is not followed', () => {
    const both = gatewayAuthentication(
      `{${RULE}, outputClaimToHeaders: [{header: x-claim, claim: c}]}, {issuer: "https://z.example", jwksUri: "https://keys.example.com", fromHeaders: [{name: x-claim}]}`,
    );
    const answer = (claims: Record<string, unknown>) => {
      const inQuery = { in: 'query' as const, name: 'access_token' };
      const tokens = [token({}, 'expired'), { ...token(claims), ...inQuery }];
      return ask([both], { tokens }).status;
    };
    expect(answer({ c: 'a.b.c' })).toBe('unknown');
    expect(answer({})).toBe(401);
  });
});
