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

  it('is one value where the client joined it', () => {
    expect(
      ask([deny('values: ["admin"]')], { headers: { 'x-role': 'admin,dev' } })
        .status,
    ).toBe(200);
  });
});
