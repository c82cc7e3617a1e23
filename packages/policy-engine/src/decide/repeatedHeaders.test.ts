import { ask, gatewayPolicy } from '../__testUtils__/policies';

/**
 * Seen at Envoy 1.40: each value of a header that comes several times is compared by itself. Versions
 * before the fix of CVE-2026-26308 compared them joined by commas.
 */
describe('a header that comes several times', () => {
  const headers = { 'x-role': ['admin', 'dev'] };
  const deny = (condition: string) =>
    gatewayPolicy(
      `action: DENY, rules: [{when: [{key: "request.headers[x-role]", ${condition}}]}]`,
    );
  const statusUnder = (condition: string) =>
    ask([deny(condition)], { headers }).status;

  it('is known where both readings agree', () => {
    expect(statusUnder('values: ["ops"]')).toBe(200);
    expect(statusUnder('values: ["adm*"]')).toBe(403);
    expect(statusUnder('values: ["*dev"]')).toBe(403);
    expect(statusUnder('values: ["*"]')).toBe(403);
    expect(statusUnder('notValues: ["ops"]')).toBe(403);
  });

  it('is not known where they differ', () => {
    for (const condition of [
      'values: ["admin"]',
      'values: ["admin,dev"]',
      'values: ["*min"]',
      'notValues: ["admin"]',
    ]) {
      expect([condition, statusUnder(condition)]).toEqual([
        condition,
        'unknown',
      ]);
    }
  });

  it('is told from others', () => {
    const answer = (more: Record<string, string | string[]>) =>
      ask([deny('values: ["admin"]')], { headers: { ...headers, ...more } })
        .status;
    expect(answer({ other: 'admin' })).toBe('unknown');
    expect(answer({ other: ['admin', 'dev'] })).toBe('unknown');
  });

  it.each<[string, Record<string, string | string[]>]>([
    ['in two cases', { 'X-Role': 'admin', 'x-role': 'dev' }],
    ['in one case and a list', { 'X-ROLE': ['admin'], 'x-role': ['dev'] }],
    ['with white space around', { 'x-role': [' admin\t', '\tdev '] }],
  ])('is the same %s', (_, written) => {
    const answer = (condition: string) =>
      ask([deny(condition)], { headers: { other: 'x', ...written } }).status;
    expect(answer('values: ["admin"]')).toBe('unknown');
    expect(answer('values: ["admin,dev"]')).toBe('unknown');
    expect(answer('values: ["adm*"]')).toBe(403);
    expect(answer('values: ["*dev"]')).toBe(403);
    expect(answer('values: ["x"]')).toBe(200);
  });

  it.each([
    [' admin', 403],
    ['admin\t', 403],
    [' \t admin \t ', 403],
    ['admin x', 200],
    ['ad min', 200],
  ])('that comes once as %j: %s', (value, status) => {
    const texts = [deny('values: ["admin"]')];
    expect(ask(texts, { headers: { 'X-Role': value } }).status).toBe(status);
  });

  it('is one value where the client joined it', () => {
    expect(
      ask([deny('values: ["admin"]')], { headers: { 'x-role': 'admin,dev' } })
        .status,
    ).toBe(200);
  });
});
