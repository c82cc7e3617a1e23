import { compileProxy, decide, explain } from '..';
import { meshOf, SIDECAR, token } from '../__testUtils__/mesh';
import { WORKLOADS } from '../__testUtils__/handsOn';
import {
  ask,
  gatewayAuthentication,
  gatewayPolicy,
  REQUIRE_TOKEN,
} from '../__testUtils__/policies';

const AUTHENTICATION = gatewayAuthentication();

describe('explain', () => {
  it('says that a missing token gives 403 by design', () => {
    const { summary, fix } = explain(ask([AUTHENTICATION, REQUIRE_TOKEN]));
    expect(summary).toContain(
      'AuthorizationPolicy istio-system/require-token, rule 0',
    );
    expect(summary).toContain('requestPrincipals');
    expect(fix).toMatch(/valid token/);
  });

  it('says what to compare where a valid token is not enough', () => {
    const other = gatewayPolicy(
      'rules: [{from: [{source: {requestPrincipals: ["other/*"]}}]}]',
      'other',
    );
    expect(
      explain(ask([AUTHENTICATION, other], { tokens: [token()] })).fix,
    ).toMatch(/Compare iss, sub/);
  });

  it.each([
    ['expired', /fresh token/],
    ['bad-signature', /issuer itself/],
    ['unknown-key', /key rotation/],
    ['malformed', /no JWT/],
  ] as const)('%s: %s', (validity, fix) => {
    const decision = ask([AUTHENTICATION], { tokens: [token({}, validity)] });
    expect(explain(decision).summary).toContain(decision.body);
    expect(explain(decision).fix).toMatch(fix);
  });

  it('names the DENY rule, the empty ALLOW, and what admitted', () => {
    const deny = gatewayPolicy('action: DENY, rules: [{}]', 'no');
    expect(explain(ask([deny])).summary).toContain(
      'istio-system/no, rule 0 denies it',
    );
    expect(explain(ask([gatewayPolicy('action: ALLOW')])).summary).toContain(
      'nothing is allowed',
    );
    const all = gatewayPolicy('rules: [{}]', 'all');
    expect(explain(ask([all])).summary).toContain(
      'istio-system/all, rule 0 admits it',
    );
    expect(explain(ask([])).summary).toContain('no ALLOW policy');
  });

  it('names the ALLOW rule that admitted behind one that does not match', () => {
    const other = gatewayPolicy(
      'rules: [{from: [{source: {requestPrincipals: ["other/*"]}}]}]',
      'a-other',
    );
    const { summary } = explain(
      ask([AUTHENTICATION, other, REQUIRE_TOKEN], { tokens: [token()] }),
    );
    expect(summary).toContain('require-token, rule 0 admits it');
  });

  it('says why nothing can be told', () => {
    const ip = gatewayPolicy(
      'rules: [{from: [{source: {ipBlocks: ["10.0.0.0/8"]}}]}]',
      'ip',
    );
    expect(explain(ask([ip])).summary).toMatch(/ipBlocks/);
  });

  it('explains closed connections and bad requests', () => {
    const program = compileProxy(meshOf([WORKLOADS]), SIDECAR);
    expect(explain(decide(program, { port: 8080 })).summary).toMatch(/STRICT/);
    expect(explain(ask([], { method: 'get' })).summary).toMatch(/method "get"/);
    const tcp = ask([REQUIRE_TOKEN], { protocol: 'tcp' });
    expect(explain(tcp).fix).toMatch(/http-/);
  });
});
